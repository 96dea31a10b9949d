/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/zonechange.h"

#include "skew/inner/select.h"

/* A UTC that was corrected by less is still the same; zones differ by a
 * quarter of an hour at least. */
#define SAME_UTC (60 * NSTIME_S)

/* Ends of tickets are told in whole seconds. */
#define NEAR (3 * NSTIME_S)

/* Of what was saved. */
#define MOST_ZONE INT16_MAX
#define MOST_UTC (OFFSET_LIMIT + 86400 * NSTIME_S)

static bool
same_utc(struct offset_interval a, struct offset_interval b)
{
	return a.lo - SAME_UTC <= b.hi && b.lo - SAME_UTC <= a.hi;
}

void
zonechange_input(
    struct zonechange *z, const struct stamp *stamp, struct offset_interval utc)
{
	const bool same = z->known && same_utc(z->utc, utc);

	z->utc = utc;
	if (z->known && stamp->zone == z->zone)
		return;
	z->from = z->zone;
	z->supporting = 0;
	z->zone = (int16_t)stamp->zone;
	z->witness = (uint8_t)stamp->witness;
	if (!same && !z->stands)
		z->home = z->zone;
	z->known = true;
	z->news = z->stands ? z->zone == z->home || same : z->zone != z->home;
}

void
zonechange_support(struct zonechange *z, enum witness witness, nstime step)
{
	const nstime changed = (z->zone - z->from) * (60 * NSTIME_S);

	if (z->news && step >= changed - NEAR && step <= changed + NEAR)
		z->supporting |= 1u << witness;
}

void
zonechange_tell(struct zonechange *z, const struct address *host, nstime now,
    nstime wall, finding_output *output, void *arg)
{
	char store[64], names_store[WITNESS_LIST];
	struct textbuf key, names;
	struct evidence e;

	if (!z->news)
		return;
	z->news = false;
	z->stands = z->zone != z->home;
	textbuf_init(&key, store, sizeof(store));
	endpoint_address_write(&key, host);
	evidence_init(&e);
	evidence_address(&e, "host", host);
	evidence_integer(&e, "from_min", z->from);
	evidence_integer(&e, "to_min", z->zone);
	evidence_text(&e, "witness", witness_name((enum witness)z->witness));
	if (z->supporting != 0) {
		textbuf_init(&names, names_store, sizeof(names_store));
		witness_write(&names, z->supporting);
		evidence_list(&e, "supported_by", names.text);
	}
	output(arg,
	    &(struct finding){
		.kind = FINDING_ZONE_CHANGE,
		.change = z->stands ? FINDING_TROUBLE : FINDING_HEALTHY,
		.severity = finding_severity_of(FINDING_ZONE_CHANGE, NULL),
		.key = textbuf_slice(&key),
		.subject = textbuf_slice(&key),
		.evidence = z->stands ? &e : NULL,
		.now = now,
		.wall = wall,
	    });
}

void
zonechange_save(struct record *r, const struct zonechange *z)
{
	record_flag(r, z->known);
	record_flag(r, z->stands);
	record_flag(r, z->news);
	record_u64(r, (uint64_t)z->home);
	record_u64(r, (uint64_t)z->from);
	record_u64(r, (uint64_t)z->zone);
	record_u64(r, (uint64_t)z->utc.lo);
	record_u64(r, (uint64_t)z->utc.hi);
	record_u8(r, z->witness);
}

void
zonechange_load(struct zonechange *z, struct cursor *c)
{
	z->known = record_read_flag(c);
	z->stands = record_read_flag(c);
	z->news = record_read_flag(c);
	z->home = (int16_t)record_read_within(c, MOST_ZONE);
	z->from = (int16_t)record_read_within(c, MOST_ZONE);
	z->zone = (int16_t)record_read_within(c, MOST_ZONE);
	z->utc.lo = record_read_within(c, MOST_UTC);
	z->utc.hi = record_read_within(c, MOST_UTC);
	z->witness = (uint8_t)record_read_below(c, 1, WITNESS_KINDS);
}
