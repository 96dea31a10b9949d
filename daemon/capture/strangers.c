/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/strangers.h"

/* Whoever was silent for so long may be forgotten. */
#define AGAIN (3600 * NSTIME_S)

static const struct {
	const char *key, *said;
} reasons[] = {
	[STRANGERS_NOT_ALLOWED] = { "allow", "it is not in [hep] allow" },
	[STRANGERS_OTHER_KEY] = { "key", "its key is not that of [hep] key" },
	[STRANGERS_NOT_HEP3] = { "version",
	    "over TCP only HEP 3 tells where a packet ends; have it send that, "
	    "or by UDP" },
};

const char *
strangers_key(enum strangers_reason reason)
{
	return reasons[reason].key;
}

static struct strangers_one *
find(struct strangers *s, const struct address *address, nstime now)
{
	struct strangers_one *oldest = &s->ones[0];

	for (size_t i = 0; i < s->count; i++) {
		if (endpoint_address_equal(&s->ones[i].address, address))
			return &s->ones[i];
		if (s->ones[i].last < oldest->last)
			oldest = &s->ones[i];
	}
	if (s->count < STRANGERS_MOST)
		oldest = &s->ones[s->count++];
	else if (now - oldest->last < AGAIN)
		return &s->others;
	*oldest = (struct strangers_one){ .address = *address };
	return oldest;
}

static void
tell(struct strangers_one *one, nstime now, const struct log *log)
{
	const unsigned long long more = one->packets - one->told_packets;
	const char *said = reasons[one->reason].said;
	char store[64];
	struct textbuf address;

	textbuf_init(&address, store, sizeof(store));
	endpoint_address_write(&address, &one->address);
	if (one->address.version == 0)
		log_warning(log,
		    "HEP agents: not heard: further addresses (packets: %llu); "
		    "siptimectl counters has hep.not_permitted, "
		    "hep.wrong_key and hep.broken_streams",
		    more);
	else if (one->told_packets == 0)
		log_warning(log, "HEP agent %s: not heard: %s", store, said);
	else
		log_warning(log,
		    "HEP agent %s: still not heard (packets: %llu): %s", store,
		    more, said);
	one->told = now;
	one->told_packets = one->packets;
}

void
strangers_input(struct strangers *s, const struct address *address,
    enum strangers_reason reason, nstime now, const struct log *log)
{
	struct strangers_one *one = find(s, address, now);

	one->reason = reason;
	one->last = now;
	if (one->packets++ == 0 && one != &s->others)
		tell(one, now, log);
}

static void
tell_again(struct strangers_one *one, nstime now, const struct log *log)
{
	if (one->packets > one->told_packets &&
	    (one->told_packets == 0 || now - one->told >= AGAIN))
		tell(one, now, log);
}

void
strangers_tick(struct strangers *s, nstime now, const struct log *log)
{
	for (size_t i = 0; i < s->count; i++)
		tell_again(&s->ones[i], now, log);
	tell_again(&s->others, now, log);
}
