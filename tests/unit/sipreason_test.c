/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipreason.h"

#include "unit.h"

#define HEAD                                                                   \
	"SIP/2.0 183 Progress\r\n"                                             \
	"Via: SIP/2.0/TLS 192.0.2.1\r\n"
#define TAIL "Content-Length: 0\r\n\r\nReason: body;cause=1\r\n"

START_TEST(reads_protocol_cause_and_text)
{
	struct sipreason_walk walk = {
		.rest = slice_text(HEAD "Reason: STIR ;cause=403 ;text=\"Stale "
					"Date\"\r\n" TAIL),
	};
	struct sipreason r;

	ck_assert(sipreason_next(&walk, &r));
	ck_assert(slice_is(r.protocol, "STIR"));
	ck_assert_uint_eq(r.cause, 403);
	ck_assert(slice_is(r.text, "Stale Date"));
	ck_assert(!sipreason_next(&walk, &r));
}
END_TEST

START_TEST(there_may_be_several_in_one_field_and_in_more)
{
	struct sipreason_walk walk = {
		.rest = slice_text(
		    HEAD "REASON: Q.850;cause=16;text=\"a, b; c\", SIP\r\n"
			 "Server: x\r\n"
			 "Reason: STIR;text=x;cause=y\r\n" TAIL),
	};
	struct sipreason r;

	ck_assert(sipreason_next(&walk, &r));
	ck_assert(slice_is(r.protocol, "Q.850"));
	ck_assert_uint_eq(r.cause, 16);
	ck_assert(slice_is(r.text, "a, b; c"));
	ck_assert(sipreason_next(&walk, &r));
	ck_assert(slice_is(r.protocol, "SIP"));
	ck_assert_uint_eq(r.cause, 0);
	ck_assert_uint_eq(r.text.len, 0);
	ck_assert(sipreason_next(&walk, &r));
	ck_assert(slice_is(r.protocol, "STIR"));
	ck_assert_uint_eq(r.cause, 0);
	ck_assert(!sipreason_next(&walk, &r));
}
END_TEST

START_TEST(survives_every_cut)
{
	const struct slice whole =
	    slice_text(HEAD "Reason: STIR;cause=403;text=\"Stale Date\", SIP;"
			    "cause=200\r\n" TAIL);

	for (size_t len = 0; len <= whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));
		struct sipreason_walk walk = { .rest = slice_of(exact, len) };
		struct sipreason r;
		unsigned count = 0;

		while (sipreason_next(&walk, &r))
			count++;
		ck_assert_uint_le(count, 2);
		free(exact);
	}
}
END_TEST

UNIT("sipreason", reads_protocol_cause_and_text,
    there_may_be_several_in_one_field_and_in_more, survives_every_cut)
