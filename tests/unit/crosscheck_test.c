/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/crosscheck.h"

#include "sip/scan.h"
#include "unit/unit.h"

static const struct message_limits limits = { 65536, 1000 };
static struct crosscheck *a;
static struct crosscheck_counts counts;

#define MESSAGE                                                                \
	"SIP/2.0 403 Forbidden\r\n"                                            \
	"Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"                               \
	"From: <sip:a@x>;tag=f\r\nTo: <sip:b@x>;tag=t\r\n"                     \
	"Call-ID: c\r\nCSeq: 1 SERVICE\r\n\r\n"

static void
begin(void)
{
	message_init();
	a = crosscheck_new(&limits);
}

static void
end(void)
{
	crosscheck_counts(a, &counts);
	crosscheck_free(a);
}

static struct outcome
outcome(nstime now)
{
	return (struct outcome){
		.now = now,
		.uac.address = { .version = 4 },
		.method = slice_text("SERVICE"),
		.text = { .scanned = true,
		    .start_line = slice_text("SERVICE sip:edge:5062 SIP/2.0"),
		    .request_uri = slice_text("sip:edge:5062"),
		    .call_id = slice_text("c"),
		    .from = slice_text("<sip:a@x>;tag=f"),
		    .to = slice_text("<sip:b@x>") },
	};
}

START_TEST(what_was_scanned_is_asked_about)
{
	struct outcome o = outcome(1);

	begin();
	crosscheck_outcome(a, &o);
	o.text.from = slice_text("<sip:a@x>; tag=f ");
	crosscheck_outcome(a, &o);
	o.text.from = slice_text("<");
	crosscheck_outcome(a, &o);
	o.text.scanned = false;
	crosscheck_outcome(a, &o);
	end();
	ck_assert_uint_eq(counts.same, 1);
	ck_assert_uint_eq(counts.other, 1);
	ck_assert_uint_eq(counts.refused, 1);
	ck_assert_uint_eq(counts.not_asked, 0);
}
END_TEST

START_TEST(a_flood_is_not_asked_about)
{
	struct outcome o = outcome(NSTIME_S);

	begin();
	for (int i = 0; i < 3 * CROSSCHECK_BURST; i++)
		crosscheck_outcome(a, &o);
	o.now = 2 * NSTIME_S;
	for (int i = 0; i < CROSSCHECK_RATE; i++)
		crosscheck_outcome(a, &o);
	end();
	ck_assert_uint_eq(counts.same, CROSSCHECK_BURST + CROSSCHECK_RATE);
	ck_assert_uint_eq(counts.not_asked, 2 * CROSSCHECK_BURST);
}
END_TEST

START_TEST(a_message_is_read_in_full)
{
	const struct slice octets = slice_text(MESSAGE);
	struct sip_message m, full;

	begin();
	ck_assert_int_eq(scan_message(octets, &limits, NULL, &m), SCAN_PARSED);
	ck_assert_ptr_eq(crosscheck_message(a, octets, &m, 1, &full), &full);
	ck_assert(!full.scanned);
	ck_assert(slice_is(full.reason, "Forbidden"));
	ck_assert_ptr_eq(crosscheck_message(a, octets, &full, 1, &m), &full);
	m.scanned = true;
	m.reason = slice_text("Other");
	ck_assert_ptr_eq(crosscheck_message(a, octets, &m, 1, &full), &full);
	ck_assert_ptr_eq(
	    crosscheck_message(a, slice_text("SIP/2.0"), &m, 1, &full), &m);
	end();
	ck_assert_uint_eq(counts.same, 1);
	ck_assert_uint_eq(counts.other, 1);
	ck_assert_uint_eq(counts.refused, 1);
}
END_TEST

UNIT("crosscheck", what_was_scanned_is_asked_about, a_flood_is_not_asked_about,
    a_message_is_read_in_full)
