/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/flight.h"

#include "base/cursor.h"

enum { FIRST_ROOM = 1024, HIGHEST_TYPE = 24 };

void
flight_done(struct flight *f, struct handshake_budget *budget)
{
	holding_release(&budget->holdings, &f->held);
	*f = (struct flight){ .keep = f->keep, .lost = f->lost };
}

void
flight_lost(struct flight *f, struct handshake_budget *budget)
{
	flight_done(f, budget);
	f->keep = false;
	f->lost = true;
}

/* Others need the memory more. */
static void
give_way(struct holdings *all, void *flight)
{
	struct handshake_budget *budget = handshake_budget_of(all);

	budget->over++;
	flight_lost(flight, budget);
}

static bool
grow(struct flight *f, struct handshake_budget *budget, size_t wanted)
{
	return holding_reach(
	    &budget->holdings, &f->held, FIRST_ROOM, wanted, give_way, f);
}

/* Does a record begin as a message does? */
static bool
begins_message(struct slice octets)
{
	struct cursor c = cursor_over(octets);
	const uint8_t type = cursor_u8(&c);
	const uint32_t size = cursor_u24(&c);

	return !c.bad && type <= HIGHEST_TYPE && size <= HANDSHAKE_MOST_OCTETS;
}

bool
flight_input(
    struct flight *f, struct handshake_budget *budget, struct slice octets)
{
	if (octets.len == 0 || (f->lost && !begins_message(octets)))
		return true;
	f->lost = false;
	if (f->used + octets.len > 2 * HANDSHAKE_MOST_OCTETS ||
	    !grow(f, budget, f->used + octets.len)) {
		budget->over++;
		flight_lost(f, budget);
		return false;
	}
	memcpy(holding_octets(&f->held) + f->used, octets.p, octets.len);
	f->used += octets.len;
	return true;
}

/* Drop octets from the front, of those that were reported. */
static void
drop(struct flight *f, size_t octets)
{
	f->told -= octets;
	f->used -= octets;
	if (f->used > 0)
		memmove(holding_octets(&f->held),
		    holding_octets(&f->held) + octets, f->used);
}

bool
flight_next(struct flight *f, struct handshake_budget *budget,
    struct flight_message *message)
{
	struct cursor c;
	uint8_t type;
	size_t size;
	struct slice body;

	if (!f->keep && f->told > 0)
		drop(f, f->told);
	if (f->used == 0)
		flight_done(f, budget);
	c = cursor_over(
	    slice_of(f->used == 0 ? NULL : holding_octets(&f->held) + f->told,
		f->used - f->told));
	type = cursor_u8(&c);
	size = cursor_u24(&c);
	if (!c.bad && size > HANDSHAKE_MOST_OCTETS) {
		budget->too_long++;
		flight_lost(f, budget);
		return false;
	}
	body = cursor_take(&c, size);
	if (c.bad)
		return false;
	f->latest = HANDSHAKE_HEADER_OCTETS + size;
	f->told += f->latest;
	*message = (struct flight_message){ .type = type, .body = body };
	return true;
}

void
flight_keep(struct flight *f, bool keep)
{
	if (keep && f->told > f->latest)
		drop(f, f->told - f->latest);
	f->keep = keep;
}

struct slice
flight_kept(const struct flight *f)
{
	return slice_of(holding_octets(&f->held), f->told);
}
