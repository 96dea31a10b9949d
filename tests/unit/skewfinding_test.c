/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/skewfinding.h"

#include "unit.h"

#define HOUR (3600 * NSTIME_S)

static const struct skewfinding_limits limits = { .warn = 60 * NSTIME_S,
	.major = 300 * NSTIME_S,
	.critical = 900 * NSTIME_S };

static struct skewfinding
finding_at(nstime offset)
{
	return (struct skewfinding){
		.peer = { .address = { .version = 4,
			      .octets = { 10, 0, 0, 11 } } },
		.facts = { .answers = true },
		.estimate = { .interval = { offset - 300 * NSTIME_MS,
				  offset + 300 * NSTIME_MS },
		    .stamps = 41 },
		.shape = { .kind = SHAPE_OFFSET },
		.witnesses = 1u << WITNESS_DATE,
		.local_clock = "unknown",
	};
}

/* However it is rounded, the whole interval is inside what is told. */
START_TEST(rounding_never_loses_the_truth)
{
	for (nstime lo = -5000; lo < 5000; lo += 37)
		for (nstime width = 0; width < 30000; width += 1171) {
			const struct offset_interval i = { lo * NSTIME_MS,
				(lo + width) * NSTIME_MS };
			const struct skewfinding_figures figures =
			    skewfinding_figures(&i);

			ck_assert_int_le(
			    figures.offset - figures.uncertainty, i.lo);
			ck_assert_int_ge(
			    figures.offset + figures.uncertainty, i.hi);
			ck_assert_int_eq(figures.offset %
				(figures.decimals == 1 ? NSTIME_S / 10
						       : NSTIME_S),
			    0);
		}
}
END_TEST

START_TEST(zones_of_servers_are_critical)
{
	struct skewfinding f = finding_at(-400 * NSTIME_S);

	ck_assert_int_eq(skewfinding_severity(&f, &limits), FINDING_ERROR);
	f.shape.kind = SHAPE_TIMEZONE;
	ck_assert_int_eq(skewfinding_severity(&f, &limits), FINDING_CRITICAL);
	f.facts.answers = false;
	ck_assert_int_eq(skewfinding_severity(&f, &limits), FINDING_WARNING);
	f.facts.pool.name = "fe-east";
	ck_assert_int_eq(skewfinding_severity(&f, &limits), FINDING_CRITICAL);
}
END_TEST

/* DESIGN section 9. */
START_TEST(evidence_stands_in_the_order_of_the_design)
{
	static const char *const names[] = { "peer", "pool", "role", "offset_s",
		"uncertainty_s", "samples", "outliers", "witnesses",
		"attribution", "shape", "shape_units", "step_s", "stepped_at",
		"local_clock" };
	struct skewfinding f = finding_at(-HOUR);
	struct evidence e;

	f.facts.pool.name = "fe-east";
	f.shape = (struct shape){ SHAPE_DST, true, -1000 };
	f.estimate.stepped = true;
	skewfinding_write(&f, &e);
	ck_assert_uint_eq(e.count, sizeof(names) / sizeof(*names));
	for (size_t i = 0; i < e.count; i++)
		ck_assert_str_eq(e.fields[i].name, names[i]);
}
END_TEST

START_TEST(unknown_fields_are_left_out)
{
	struct skewfinding f = finding_at(137 * NSTIME_S);
	struct evidence e;

	f.facts.answers = false;
	skewfinding_write(&f, &e);
	ck_assert_ptr_null(evidence_find(&e, "pool"));
	ck_assert_ptr_null(evidence_find(&e, "role"));
	ck_assert_ptr_null(evidence_find(&e, "shape_units"));
	ck_assert_ptr_null(evidence_find(&e, "step_s"));
}
END_TEST

UNIT("skewfinding", rounding_never_loses_the_truth,
    zones_of_servers_are_critical, evidence_stands_in_the_order_of_the_design,
    unknown_fields_are_left_out)
