/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/wireless.h"

#include "unit/linkheader.h"

#define DURATION "0000"
#define ADDRESSES "020000000002 020000000001 020000000003 "
#define FIRST "1000" /* a sequence number, fragment 0 */

START_TEST(data_frames_lead_to_their_llc)
{
	linkheader_leads(
	    wireless_frame, "0801" DURATION ADDRESSES FIRST, LINKTYPE_LLC);
	linkheader_leads(wireless_frame,
	    "0803" DURATION ADDRESSES FIRST "020000000004", LINKTYPE_LLC);
}
END_TEST

START_TEST(quality_of_service_takes_two_octets_more)
{
	linkheader_leads(wireless_frame, "8802" DURATION ADDRESSES FIRST "0000",
	    LINKTYPE_LLC);
	linkheader_leads(wireless_frame,
	    "8882" DURATION ADDRESSES FIRST "0000 00000000", LINKTYPE_LLC);
}
END_TEST

START_TEST(of_an_aggregate_the_first_part_is_read)
{
	linkheader_leads(wireless_frame,
	    "8802" DURATION ADDRESSES FIRST
	    "8000 020000000002 020000000001 0030",
	    LINKTYPE_LLC);
}
END_TEST

START_TEST(the_parts_of_an_aggregate_are_found)
{
	static struct wire wire;
	struct slice parts;

	wire_begin(&wire, "parts");
	wire_hex(&wire, "8802" DURATION ADDRESSES FIRST "8000");
	ck_assert(wireless_parts(wire_slice(&wire), &parts));
	ck_assert(slice_is(parts, "parts"));
	wire_hex(&wire, "0000 0800 00000000");
	ck_assert(wireless_radiotap_parts(wire_slice(&wire), &parts));
	ck_assert(slice_is(parts, "parts"));
	wire_begin(&wire, "no parts");
	wire_hex(&wire, "8802" DURATION ADDRESSES FIRST "0000");
	ck_assert(!wireless_parts(wire_slice(&wire), &parts));
	for (size_t len = 0; len < wire_slice(&wire).len; len++) {
		uint8_t *exact =
		    unit_exact(slice_first(wire_slice(&wire), len));

		ck_assert(!wireless_parts(slice_of(exact, len), &parts));
		ck_assert(
		    !wireless_radiotap_parts(slice_of(exact, len), &parts));
		free(exact);
	}
}
END_TEST

START_TEST(what_holds_no_data_leads_nowhere)
{
	ck_assert_int_eq(
	    linkheader_type(wireless_frame, "8000"), LINKTYPE_NOTHING);
	ck_assert_int_eq(
	    linkheader_type(wireless_frame, "4801"), LINKTYPE_NOTHING);
	ck_assert_int_eq(
	    linkheader_type(wireless_frame, "0801" DURATION ADDRESSES "1100"),
	    LINKTYPE_NOTHING);
	ck_assert_int_eq(
	    linkheader_type(wireless_frame, "0841" DURATION ADDRESSES FIRST),
	    LINKTYPE_ENCRYPTED);
}
END_TEST

START_TEST(radiotap_is_skipped)
{
	linkheader_leads(wireless_radiotap,
	    "0000 0800 00000000 0801" DURATION ADDRESSES FIRST, LINKTYPE_LLC);
	linkheader_leads(wireless_radiotap,
	    "0000 1000 02000080 00000000 10000000"
	    "0801" DURATION ADDRESSES FIRST,
	    LINKTYPE_LLC);
	ck_assert_int_eq(linkheader_type(wireless_radiotap, "0000 0700"),
	    LINKTYPE_MALFORMED);
	ck_assert_int_eq(linkheader_type(wireless_radiotap, "0100 0800"),
	    LINKTYPE_MALFORMED);
}
END_TEST

START_TEST(padding_that_radiotap_tells_is_skipped)
{
	linkheader_leads(wireless_radiotap,
	    "0000 0900 02000000 20 8802" DURATION ADDRESSES FIRST "0000 0000",
	    LINKTYPE_LLC);
	linkheader_leads(wireless_radiotap,
	    "0000 1900 03000080 00000000 00000000 0000000000000001 20"
	    "8802" DURATION ADDRESSES FIRST "0000 0000",
	    LINKTYPE_LLC);
}
END_TEST

START_TEST(capwap_may_swap_the_first_two_octets)
{
	linkheader_leads(
	    wireless_capwap, "0801" DURATION ADDRESSES FIRST, LINKTYPE_LLC);
	linkheader_leads(wireless_capwap,
	    "0288" DURATION ADDRESSES FIRST "0000", LINKTYPE_LLC);
}
END_TEST

UNIT("wireless", the_parts_of_an_aggregate_are_found,
    data_frames_lead_to_their_llc, quality_of_service_takes_two_octets_more,
    of_an_aggregate_the_first_part_is_read, what_holds_no_data_leads_nowhere,
    radiotap_is_skipped, padding_that_radiotap_tells_is_skipped,
    capwap_may_swap_the_first_two_octets)
