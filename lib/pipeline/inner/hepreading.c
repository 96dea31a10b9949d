/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hepreading.h"

#include <stdlib.h>

/* The protocol numbers of IP, and the one that Kamailio made up. */
enum { BY_TCP = 6, BY_TLS = 22, BY_SCTP = 132 };

struct hepreading {
	struct hepreading_limits limits;
	uint8_t *store; /* of inflated payloads; NULL: none so far */
	uint64_t malformed, wrong_key, no_address, no_payload, other_payload;
	uint64_t not_inflated, bad_stamp, no_memory;
};

struct hepreading *
hepreading_new(const struct hepreading_limits *limits)
{
	struct hepreading *h = calloc(1, sizeof(*h));

	if (h != NULL)
		h->limits = *limits;
	return h;
}

void
hepreading_free(struct hepreading *h)
{
	if (h == NULL)
		return;
	free(h->store);
	free(h);
}

void
hepreading_set(struct hepreading *h, const struct hepreading_limits *limits)
{
	h->limits = *limits;
}

/* Compared to the end, so that the time it takes shows nothing of the key. */
static bool
key_fits(const struct hepreading *h, struct slice key)
{
	const struct slice wanted = slice_text(h->limits.key);
	uint8_t differs = 0;

	if (wanted.len == 0)
		return true;
	for (size_t i = 0; i < wanted.len && key.len == wanted.len; i++)
		differs |= key.p[i] ^ wanted.p[i];
	return key.len == wanted.len && differs == 0;
}

static bool
inflate_payload(struct hepreading *h, struct hepmsg *m)
{
	size_t len;

	if (h->store == NULL)
		h->store = malloc(HEPMSG_MOST);
	if (h->store == NULL) {
		h->no_memory++;
		return false;
	}
	if (!hepmsg_inflate(m->payload, h->store, &len)) {
		h->not_inflated++;
		return false;
	}
	m->payload = slice_of(h->store, len);
	m->compressed = false;
	return true;
}

static enum hepreading_answer
refuse(uint64_t *counter)
{
	++*counter;
	return HEPREADING_USELESS;
}

enum hepreading_answer
hepreading_packet(struct hepreading *h, struct slice *octets, struct hepmsg *m)
{
	const struct slice all = *octets;
	size_t len;

	*octets = slice_of(all.p, 0);
	if (hepmsg_parse(all, m, &len) != HEPMSG_PARSED)
		return refuse(&h->malformed);
	if (slice_starts_with(slice_after(all, len), "HEP3"))
		*octets = slice_after(all, len);
	if (!key_fits(h, m->key)) {
		h->wrong_key++;
		return HEPREADING_OTHER_KEY;
	}
	h->bad_stamp += m->bad_stamp;
	if (m->kind != HEPMSG_SIP && m->kind != HEPMSG_RTCP_JSON)
		return refuse(&h->other_payload);
	if (m->from.address.version == 0 || m->to.address.version == 0)
		return refuse(&h->no_address);
	if (m->payload.len == 0)
		return refuse(&h->no_payload);
	return !m->compressed || inflate_payload(h, m) ? HEPREADING_USABLE
						       : HEPREADING_USELESS;
}

bool
hepreading_is_doubtful(nstime stamp, nstime wall)
{
	const nstime off = stamp - wall;

	return stamp == 0 || off > HEPREADING_DOUBTFUL ||
	    off < -HEPREADING_DOUBTFUL;
}

/* sngrep sends TLS as TCP, hep-js whatever its caller left standing. */
struct origin
hepreading_origin(const struct hepmsg *m, enum transport by_via)
{
	struct origin origin = {
		.transport = by_via,
		.from = m->from,
		.to = m->to,
	};

	if (m->protocol == BY_TLS)
		origin.transport = TRANSPORT_TLS;
	else if ((m->protocol == BY_TCP || m->protocol == BY_SCTP) &&
	    by_via == TRANSPORT_UDP)
		origin.transport = TRANSPORT_TCP;
	return origin;
}

void
hepreading_stats(const struct hepreading *h, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "hep.malformed", h->malformed);
	output(arg, COUNTER_OTHER, "hep.wrong_key", h->wrong_key);
	output(arg, COUNTER_OTHER, "hep.no_address", h->no_address);
	output(arg, COUNTER_OTHER, "hep.no_payload", h->no_payload);
	output(arg, COUNTER_OTHER, "hep.other_payload", h->other_payload);
	output(arg, COUNTER_EVENT, "hep.not_inflated", h->not_inflated);
	output(arg, COUNTER_EVENT, "hep.bad_stamp", h->bad_stamp);
	output(arg, COUNTER_LIMIT, "hep.no_memory", h->no_memory);
}
