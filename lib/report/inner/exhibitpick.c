/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/exhibitpick.h"

#include <stdlib.h>

/* Before what the alert has as its first packet: a handshake, a first copy. */
#define BEFORE (60 * NSTIME_S)

enum rank {
	RANK_NONE,
	RANK_NEIGHBOR, /* of the same hosts, or the same connection */
	RANK_PROOF
};

/* The first of these fields that is an endpoint or an address. */
static struct endpoint
find_endpoint(const struct evidence *e, const char *const *names)
{
	struct endpoint found = { .port = 0 };

	for (; *names != NULL; names++)
		if (endpoint_parse(evidence_get(e, *names), &found))
			break;
	return found;
}

static struct exhibitpick_about
read_evidence(const struct evidence *e)
{
	static const char *const clients[] = { "uac", "client", "caller",
		NULL };
	static const char *const servers[] = { "uas", "server", "callee",
		NULL };
	static const char *const hosts[] = { "peer", "host", "holder", NULL };

	return (struct exhibitpick_about){
		.call_id = evidence_get(e, "call_id"),
		.client = find_endpoint(e, clients),
		.server = find_endpoint(e, servers),
		.host = find_endpoint(e, hosts).address,
	};
}

static bool
is_known(const struct address *a)
{
	return a->version != 0;
}

/* Is this end of a packet that endpoint, as far as it is known? */
static bool
is_end(const struct endpoint *end, const struct endpoint *known)
{
	return !is_known(&known->address) ||
	    (endpoint_address_equal(&end->address, &known->address) &&
		(known->port == 0 || end->port == 0 ||
		    end->port == known->port));
}

static bool
is_between(const struct layers *l, const struct exhibitpick_about *about)
{
	return (is_end(&l->from, &about->client) &&
		   is_end(&l->to, &about->server)) ||
	    (is_end(&l->from, &about->server) &&
		is_end(&l->to, &about->client));
}

/* May it stand in the middle of a Call-ID, as they are written?  A colon may
 * (RFC 3261 section 25.1), but is what ends the field's name as well. */
static bool
is_within_word(uint8_t octet)
{
	return (octet >= '0' && octet <= '9') ||
	    (slice_lower(octet) >= 'a' && slice_lower(octet) <= 'z') ||
	    (octet != '\0' && strchr("-.!%*_+`'~@/", octet) != NULL);
}

/* One that only begins or ends like that is of another call. */
static bool
has_word(struct slice s, struct slice word)
{
	const uint8_t *const end = s.p + s.len;
	const uint8_t *at = s.p, *after;

	while (
	    (at = memmem(at, (size_t)(end - at), word.p, word.len)) != NULL) {
		after = at + word.len;
		if ((at == s.p || !is_within_word(at[-1])) &&
		    (after == end || !is_within_word(*after)))
			return true;
		at++;
	}
	return false;
}

bool
exhibitpick_has_call_id(
    const struct exhibitpick_about *about, const struct packetring_packet *p)
{
	return about->call_id.len > 0 &&
	    has_word(packetring_content(p), about->call_id);
}

static enum rank
rank_by_ends(
    const struct packetring_packet *p, const struct exhibitpick_about *about)
{
	if (!is_known(&about->client.address) &&
	    !is_known(&about->server.address))
		return RANK_NONE;
	if (!is_between(&p->layers, about))
		return RANK_NONE;
	if (about->call_id.len == 0)
		return RANK_PROOF;
	/* Datagrams of other calls are none of its business. */
	return p->layers.kind == LAYERS_UDP ? RANK_NONE : RANK_NEIGHBOR;
}

static enum rank
rank_by_host(
    const struct packetring_packet *p, const struct exhibitpick_about *about)
{
	if (!is_known(&about->host))
		return RANK_NONE;
	if (endpoint_address_equal(&p->layers.from.address, &about->host))
		return packetring_content(p).len > 0 ? RANK_PROOF
						     : RANK_NEIGHBOR;
	return endpoint_address_equal(&p->layers.to.address, &about->host)
	    ? RANK_NEIGHBOR
	    : RANK_NONE;
}

static enum rank
rank_of(
    const struct packetring_packet *p, const struct exhibitpick_about *about)
{
	const enum rank by_ends = rank_by_ends(p, about);
	const enum rank by_host = rank_by_host(p, about);

	if (exhibitpick_has_call_id(about, p))
		return RANK_PROOF;
	return by_ends > by_host ? by_ends : by_host;
}

/* The latest of that rank, marked in `picked', until there are `most'. */
static size_t
pick_rank(const enum rank *ranks, size_t count, enum rank rank, size_t most,
    bool *picked)
{
	size_t found = 0;

	for (size_t i = count; i > 0 && found < most; i--)
		if (ranks[i - 1] == rank) {
			picked[i - 1] = true;
			found++;
		}
	return found;
}

static void
rank_all(const struct exhibitpick *pick, const struct alert_event *event,
    enum rank *ranks)
{
	for (size_t i = 0; i < pick->count; i++) {
		const struct packetring_packet *p = pick->packets[i];

		ranks[i] = p->packet.wall >= event->first_seen - BEFORE
		    ? rank_of(p, &pick->about)
		    : RANK_NONE;
	}
}

/* Keep those of all packets that are picked.  False: none proves anything. */
static bool
reduce(struct exhibitpick *pick, const struct alert_event *event, size_t most,
    enum rank *ranks, bool *picked)
{
	const size_t all = pick->count;
	size_t found;

	rank_all(pick, event, ranks);
	found = pick_rank(ranks, all, RANK_PROOF, most, picked);
	if (found == 0)
		return false;
	pick_rank(ranks, all, RANK_NEIGHBOR, most - found, picked);
	pick->count = 0;
	for (size_t i = 0; i < all; i++)
		if (picked[i])
			pick->packets[pick->count++] = pick->packets[i];
	return true;
}

bool
exhibitpick_init(struct exhibitpick *pick, const struct packetring_set *rings,
    const struct alert_event *event, size_t most)
{
	enum rank *ranks;
	bool *picked;
	bool found;

	*pick = (struct exhibitpick){ .count = 0 };
	if (event->evidence == NULL)
		return false;
	pick->packets = packetring_all(rings, &pick->count);
	if (pick->packets == NULL)
		return false;
	pick->about = read_evidence(event->evidence);
	ranks = calloc(pick->count, sizeof(*ranks));
	picked = calloc(pick->count, sizeof(*picked));
	found = ranks != NULL && picked != NULL &&
	    reduce(pick, event, most, ranks, picked);
	free(ranks);
	free(picked);
	if (!found)
		exhibitpick_done(pick);
	return found;
}

void
exhibitpick_done(struct exhibitpick *pick)
{
	free(pick->packets);
}
