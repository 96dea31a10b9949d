/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/peer.h"

/* Added to the attribution of one behind which everything is saved: older
 * versions wrote less. */
enum { WHOLE = 0x80 };

struct peer_key
peer_key_of_agent(const struct address *address, uint32_t number)
{
	struct peer_key key = peer_key(address, STAMP_AGENT);

	for (unsigned i = 0; i < sizeof(key.agent); i++)
		key.agent[i] = (uint8_t)(number >> (24 - 8 * i));
	return key;
}

uint32_t
peer_agent(const struct peer_key *key)
{
	uint32_t number = 0;

	for (unsigned i = 0; i < sizeof(key->agent); i++)
		number = number << 8 | key->agent[i];
	return number;
}

void
peer_serves_time(struct peer *p, const struct address *client)
{
	p->client = *client;
}

void
peer_speaks_sip(struct peer *p)
{
	p->speaks_sip = true;
}

void
peer_told(struct peer *p, enum finding_severity severity, nstime now)
{
	p->severity = (uint8_t)severity;
	p->told = now;
}

void
peer_unfold(struct peer *p)
{
	p->folded = false;
}

void
peer_save(const struct peer *p, struct record *r)
{
	endpoint_address_save(r, &p->key.address);
	record_u8(r, (uint8_t)(WHOLE + p->key.attribution));
	if (p->key.attribution == STAMP_AGENT)
		record_u32(r, peer_agent(&p->key));
	record_u8(r, p->state);
	record_u8(r, p->side);
	record_flag(r, p->folded);
	record_u8(r, p->severity);
	record_time(r, p->since);
	record_time(r, p->told);
	record_time(r, p->seen);
	record_time(r, p->wall);
	record_flag(r, p->speaks_sip);
	record_flag(r, p->client.version != 0);
	if (p->client.version != 0)
		endpoint_address_save(r, &p->client);
	estimate_save(r, &p->estimate);
	conflict_save(r, &p->conflict);
	zonechange_save(r, &p->zone);
	estimate_save_facts(r, &p->estimate);
	undecided_save(r, &p->undecided);
}

/* Its key.  False: an older version saved it. */
static bool
load_key(struct peer *p, struct cursor *c)
{
	const struct address address = endpoint_address_load(c);
	const unsigned saved =
	    (unsigned)record_read_below(c, 1, WHOLE + STAMP_AGENT + 1);
	const enum stamp_attribution attribution = saved % WHOLE;

	c->bad = c->bad || attribution > STAMP_AGENT;
	p->key = attribution == STAMP_AGENT
	    ? peer_key_of_agent(&address, cursor_le32(c))
	    : peer_key(&address, attribution);
	return saved >= WHOLE;
}

void
peer_load(struct peer *p, struct cursor *c, const struct record_shift *shift)
{
	const bool is_whole = load_key(p, c);

	p->state = (uint8_t)record_read_below(c, 1, PEER_STATES);
	p->side = (uint8_t)record_read_below(c, 1, PEER_SIDES);
	p->folded = record_read_flag(c) && p->state == PEER_RAISED;
	p->severity = (uint8_t)record_read_below(c, 1, FINDING_INFO + 1);
	p->since = record_read_now(c, shift->watching);
	p->told = record_read_now(c, shift->watching);
	p->seen = record_read_now(c, shift->real);
	p->wall = record_read_time(c);
	p->speaks_sip = record_read_flag(c);
	if (record_read_flag(c))
		p->client = endpoint_address_load(c);
	estimate_load(&p->estimate, c, shift->real);
	if (p->state != PEER_CLEAR && estimate_is_empty(&p->estimate))
		c->bad = true;
	conflict_load(&p->conflict, c, shift->watching);
	zonechange_load(&p->zone, c);
	if (!is_whole)
		return;
	estimate_load_facts(&p->estimate, c);
	undecided_load(&p->undecided, c, shift->watching);
}
