/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/earshot.h"

#include "unit.h"

static struct earshot earshot;

START_TEST(a_server_is_heard_from_its_port_and_a_peer_both_ways)
{
	enum witness witness;

	earshot_set(&earshot, 0);
	ck_assert(earshot_find(&earshot.udp, 123, 40000, &witness));
	ck_assert_int_eq(witness, WITNESS_NTP);
	ck_assert(earshot_find(&earshot.udp, 40000, 123, &witness));
	ck_assert_int_eq(witness, WITNESS_NTP);
	ck_assert(earshot_find(&earshot.tcp, 445, 40000, &witness));
	ck_assert_int_eq(witness, WITNESS_SMB);
	ck_assert(!earshot_find(&earshot.tcp, 40000, 445, &witness));
	ck_assert(earshot_has(&earshot.tcp, 445));
	ck_assert(!earshot_has(&earshot.tcp, 446));
}
END_TEST

START_TEST(the_muted_are_not_heard)
{
	enum witness witness;

	earshot_set(&earshot, ~0u);
	ck_assert(!earshot_has(&earshot.udp, 123));
	ck_assert(!earshot_has(&earshot.tcp, 445));
	ck_assert(
	    !earshot_anywhere(&earshot, slice_text("\x80\xc8"), &witness));
}
END_TEST

START_TEST(sender_reports_are_told_from_rtp_by_two_octets)
{
	enum witness witness;

	earshot_set(&earshot, 0);
	for (unsigned first = 0; first < 256; first++)
		for (unsigned second = 0; second < 256; second++) {
			const uint8_t two[] = { (uint8_t)first,
				(uint8_t)second };
			const bool is = earshot_anywhere(
			    &earshot, slice_of(two, 2), &witness);

			ck_assert_int_eq(is, first >> 6 == 2 && second == 200);
		}
	ck_assert_int_eq(witness, WITNESS_RTCP);
	ck_assert(!earshot_anywhere(&earshot, slice_text("\x80"), &witness));
	ck_assert(!earshot_anywhere(&earshot, slice_text(""), &witness));
}
END_TEST

UNIT("earshot", a_server_is_heard_from_its_port_and_a_peer_both_ways,
    the_muted_are_not_heard, sender_reports_are_told_from_rtp_by_two_octets)
