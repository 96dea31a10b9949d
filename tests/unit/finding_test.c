/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/finding.h"

#include "unit/unit.h"

START_TEST(every_kind_has_a_name_that_parses_back)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		enum finding_kind kind = FINDING_KINDS;

		ck_assert(finding_kind_parse(
		    slice_text(finding_kind_name((enum finding_kind)i)),
		    &kind));
		ck_assert_int_eq(kind, i);
	}
}
END_TEST

START_TEST(names_are_the_stable_identifiers)
{
	ck_assert_str_eq(finding_kind_name(FINDING_TRANSACTION_TIMEOUT),
	    "transaction-timeout");
	ck_assert_str_eq(finding_kind_name(FINDING_VISIBILITY), "visibility");
	ck_assert_str_eq(finding_severity_name(FINDING_CRITICAL), "critical");
	ck_assert_str_eq(finding_severity_name(FINDING_INFO), "info");
}
END_TEST

START_TEST(a_foreign_name_is_refused)
{
	enum finding_kind kind = FINDING_LOCAL_CLOCK;

	ck_assert(!finding_kind_parse(slice_text("clock-ske"), &kind));
	ck_assert(!finding_kind_parse(slice_text(""), &kind));
	ck_assert_int_eq(kind, FINDING_LOCAL_CLOCK);
}
END_TEST

START_TEST(each_row_is_filled)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		const struct finding_row *row =
		    finding_row((enum finding_kind)i);

		ck_assert_uint_eq(strlen(row->message_ids[0]), 32);
		ck_assert_uint_eq(strlen(row->message_ids[1]), 32);
		ck_assert_str_ne(row->message_ids[0], row->message_ids[1]);
		ck_assert_ptr_nonnull(row->fields[0].name);
		for (unsigned f = 0; row->fields[f].name != NULL; f++)
			ck_assert_uint_gt(strlen(row->fields[f].text), 2);
	}
}
END_TEST

START_TEST(a_class_may_be_graver_or_not_as_grave_as_its_kind)
{
	ck_assert_int_eq(
	    finding_severity_of(FINDING_CERTIFICATE, "expired"), FINDING_ERROR);
	ck_assert_int_eq(finding_severity_of(FINDING_CERTIFICATE, "expiring"),
	    FINDING_WARNING);
	ck_assert_int_eq(
	    finding_severity_of(FINDING_TRANSACTION_TIMEOUT, "no_response"),
	    FINDING_ERROR);
	ck_assert_int_eq(finding_severity_of(
			     FINDING_TRANSACTION_TIMEOUT, "cancelled_no_final"),
	    FINDING_NOTICE);
	ck_assert_int_eq(
	    finding_severity_of(FINDING_SILENT_PEER, NULL), FINDING_WARNING);
}
END_TEST

UNIT("finding", every_kind_has_a_name_that_parses_back,
    names_are_the_stable_identifiers, a_foreign_name_is_refused,
    each_row_is_filled, a_class_may_be_graver_or_not_as_grave_as_its_kind)
