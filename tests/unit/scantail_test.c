/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/scantail.h"

#include <stdio.h>

#include "unit/unit.h"

#define TAIL                                                                   \
	"User-Agent: RTCC/4.0.0.0\r\nReason: SIP\r\nContent-Length: 3\r\n\r\n"

static struct scantails tails;

/* It is in its set: else it is now. */
static bool
meet(const char *text, unsigned status)
{
	const struct slice octets = slice_text(text);
	const size_t len = slice_find(octets, "\r\n\r\n") + 4;
	struct scantail *set =
	    scantail_set(&tails, octets, slice_text("INVITE"), status);

	ck_assert_ptr_nonnull(set);
	if (scantail_find(&tails, set, octets) != NULL)
		return true;
	scantail_keep(&tails, set, slice_first(octets, len),
	    &(struct scantail_found){ .lines = 3 });
	return false;
}

START_TEST(a_tail_is_known_when_it_comes_again)
{
	tails = (struct scantails){ .credit.left = 0 };
	ck_assert(!meet(TAIL, 200));
	ck_assert(meet(TAIL, 200));
	ck_assert(meet(TAIL "another body", 200));
}
END_TEST

START_TEST(two_tails_of_one_set_are_known)
{
	tails = (struct scantails){ .credit.left = 0 };
	ck_assert(!meet(TAIL, 200));
	ck_assert(!meet("User-Agent: RTCC/4.0.0.0\r\nX: another\r\n\r\n", 200));
	ck_assert(meet(TAIL, 200));
	ck_assert(meet("User-Agent: RTCC/4.0.0.0\r\nX: another\r\n\r\n", 200));
}
END_TEST

START_TEST(one_octet_makes_another_tail)
{
	char text[] = TAIL;

	tails = (struct scantails){ .credit.left = 0 };
	for (size_t i = 0; i < sizeof(TAIL) - 5; i++) {
		ck_assert(!meet(TAIL, 200));
		text[i] ^= 1;
		ck_assert(!meet(text, 200));
		text[i] ^= 1;
		tails = (struct scantails){ .credit.left = 0 };
	}
}
END_TEST

START_TEST(a_tail_that_is_cut_is_not_known)
{

	tails = (struct scantails){ .credit.left = 0 };
	ck_assert(!meet(TAIL, 200));
	for (size_t len = 0; len < sizeof(TAIL) - 1; len++) {
		uint8_t *exact = unit_exact(slice_of(TAIL, len));
		const struct slice cut = slice_of(exact, len);
		const struct scantail *set =
		    scantail_set(&tails, cut, slice_text("INVITE"), 200);

		ck_assert((set == NULL) == (len < SCANTAIL_LEAST));
		ck_assert(
		    set == NULL || scantail_find(&tails, set, cut) == NULL);
		free(exact);
	}
}
END_TEST

START_TEST(a_long_tail_takes_no_place)
{
	uint8_t octets[SCANTAIL_OCTETS + 1] = { 0 };
	const struct slice tail = slice_of(octets, sizeof(octets));
	struct scantail *set =
	    scantail_set(&tails, tail, slice_text("INVITE"), 200);

	tails = (struct scantails){ .credit.left = 0 };
	scantail_keep(
	    &tails, set, tail, &(struct scantail_found){ .lines = 1 });
	ck_assert_ptr_null(scantail_find(&tails, set, tail));
}
END_TEST

START_TEST(tails_that_never_come_again_pause)
{
	unsigned looked = 0, i = 0;
	char text[128];

	tails = (struct scantails){ .credit.left = 0 };
	for (; i < SCANCREDIT_MOST + SCANCREDIT_PAUSE; i++) {
		snprintf(text, sizeof(text), "X-Anything: %08u\r\n" TAIL, i);
		if (scantail_set(&tails, slice_text(text), slice_text("INVITE"),
			200) == NULL)
			continue;
		looked++;
		ck_assert(!meet(text, 200));
	}
	ck_assert_uint_eq(looked, SCANCREDIT_MOST);
	ck_assert(!meet(TAIL, 200));
	ck_assert(meet(TAIL, 200));
}
END_TEST

UNIT("scantail", a_tail_is_known_when_it_comes_again,
    two_tails_of_one_set_are_known, one_octet_makes_another_tail,
    a_tail_that_is_cut_is_not_known, a_long_tail_takes_no_place,
    tails_that_never_come_again_pause)
