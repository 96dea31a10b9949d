/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/diagnostics.h"

#include "incidentstory.h"
#include "unit.h"

static const struct diagnostics_row rows[] = {
	{ 1007, true, FINDING_ERROR, "no route", "test TCP" },
	{ 1034, false, FINDING_WARNING, "beyond", "look there" },
	{ 52031, true, FINDING_WARNING, NULL, NULL },
};

static struct diagnostics *room;
static unsigned troubles;
static struct finding last;
static struct evidence evidence;
static char key[100];

static void
on_finding(void *arg, const struct finding *f)
{
	(void)arg;
	troubles++;
	last = *f;
	evidence_copy(&evidence, f->evidence);
	memcpy(key, f->key.p, f->key.len);
	key[f->key.len] = '\0';
}

static void
begin(void)
{
	const struct diagnostics_limits limits = {
		.rows = rows,
		.row_count = sizeof(rows) / sizeof(rows[0]),
		.calls = 100,
	};

	troubles = 0;
	room = diagnostics_new(&limits, on_finding, NULL);
	ck_assert_ptr_nonnull(room);
}

static void
report(uint32_t id, const char *call)
{
	diagnostics_input(room,
	    &(struct diagnostics_report){
		.status = 504,
		.id = id,
		.reason = slice_text("said"),
		.source = slice_text("fe.example.com"),
		.call_id = slice_text(call),
		.server = host_at(11, 5061),
		.client = host_at(31, 50000),
		.now = START,
		.wall = START,
	    });
}

START_TEST(an_id_worth_an_alert_is_told_with_its_meaning)
{
	begin();
	report(1007, "c1");
	ck_assert_uint_eq(troubles, 1);
	ck_assert_str_eq(key, "10.0.0.11:5061 1007");
	ck_assert_int_eq(last.severity, FINDING_ERROR);
	ck_assert(slice_is(evidence_get(&evidence, "meaning"), "no route"));
	ck_assert(slice_is(evidence_get(&evidence, "remedy"), "test TCP"));
	report(52031, "c1");
	ck_assert_uint_eq(troubles, 2);
	ck_assert(evidence_find(&evidence, "meaning") == NULL);
	diagnostics_free(room);
}
END_TEST

START_TEST(the_others_are_counted_by_id)
{
	struct diagnostics_count c;

	begin();
	report(1034, "c1");
	report(1034, "c2");
	report(999, "c1");
	diagnostics_stir(room, 438);
	diagnostics_stir(room, 403);
	ck_assert_uint_eq(troubles, 0);
	ck_assert(diagnostics_counted(room, 0, &c));
	ck_assert_uint_eq(c.id, 438);
	ck_assert(diagnostics_counted(room, 1, &c));
	ck_assert_uint_eq(c.id, 999);
	ck_assert(diagnostics_counted(room, 2, &c));
	ck_assert_uint_eq(c.id, 1034);
	ck_assert_uint_eq(c.count, 2);
	ck_assert(!diagnostics_counted(room, 3, &c));
	diagnostics_free(room);
}
END_TEST

START_TEST(an_id_counts_once_in_a_call)
{
	begin();
	report(1007, "c1");
	report(1007, "c1");
	ck_assert_uint_eq(troubles, 1);
	report(1007, "c2");
	ck_assert_uint_eq(troubles, 2);
	diagnostics_free(room);
}
END_TEST

START_TEST(ids_beyond_the_limit_share_a_count)
{
	struct diagnostics_count c;

	begin();
	for (uint32_t id = 1; id <= 90; id++)
		report(id, "c1");
	ck_assert(diagnostics_counted(room, 0, &c));
	ck_assert_uint_eq(c.id, 0);
	ck_assert_uint_eq(c.count, 26);
	ck_assert(diagnostics_counted(room, 64, &c));
	ck_assert(!diagnostics_counted(room, 65, &c));
	diagnostics_free(room);
}
END_TEST

START_TEST(a_row_is_found_by_its_id)
{
	ck_assert_ptr_eq(diagnostics_find(rows, 3, 1034), &rows[1]);
	ck_assert_ptr_null(diagnostics_find(rows, 3, 1));
	ck_assert_ptr_null(diagnostics_find(NULL, 0, 1));
}
END_TEST

START_TEST(an_id_that_is_recalled_counts_no_more_in_its_call)
{
	struct diagnostics_count c;

	begin();
	diagnostics_recall(room,
	    &(struct diagnostics_report){
		.status = 504,
		.id = 1007,
		.call_id = slice_text("c1"),
		.now = START,
	    });
	report(1007, "c1");
	ck_assert_uint_eq(troubles, 0);
	ck_assert(!diagnostics_counted(room, 0, &c));
	report(1007, "c2");
	ck_assert_uint_eq(troubles, 1);
	diagnostics_free(room);
}
END_TEST

UNIT("diagnostics", an_id_worth_an_alert_is_told_with_its_meaning,
    the_others_are_counted_by_id, an_id_counts_once_in_a_call,
    ids_beyond_the_limit_share_a_count, a_row_is_found_by_its_id,
    an_id_that_is_recalled_counts_no_more_in_its_call)
