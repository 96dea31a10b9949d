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

UNIT("finding", every_kind_has_a_name_that_parses_back,
    names_are_the_stable_identifiers, a_foreign_name_is_refused)
