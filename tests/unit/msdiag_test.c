/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/msdiag.h"

#include "unit.h"

#define HEAD                                                                   \
	"SIP/2.0 403 Forbidden\r\n"                                            \
	"Via: SIP/2.0/TLS 192.0.2.1\r\n"
#define TAIL "Content-Length: 0\r\n\r\nms-diagnostics: 9;reason=\"body\"\r\n"

START_TEST(reads_id_reason_and_source)
{
	struct msdiag d;

	ck_assert(msdiag_find(
	    slice_text("\r\n" HEAD "Ms-Diagnostics:  1013;reason=\"Time "
		       "skew\"; source=\"fe.example.net\"\r\n" TAIL),
	    &d));
	ck_assert_uint_eq(d.id, 1013);
	ck_assert(slice_is(d.reason, "Time skew"));
	ck_assert(slice_is(d.source, "fe.example.net"));
	ck_assert(slice_starts_with(d.whole, "1013;"));
}
END_TEST

START_TEST(the_first_one_counts)
{
	struct msdiag d;

	ck_assert(msdiag_find(slice_text(HEAD "ms-diagnostics: 1\r\n"
					      "ms-diagnostics: 2\r\n" TAIL),
	    &d));
	ck_assert_uint_eq(d.id, 1);
	ck_assert_uint_eq(d.reason.len, 0);
}
END_TEST

START_TEST(other_fields_and_bodies_do_not_count)
{
	struct msdiag d = { .id = 7 };

	ck_assert(!msdiag_find(
	    slice_text(HEAD "ms-diagnostics-public: 1\r\n" TAIL), &d));
	ck_assert(
	    !msdiag_find(slice_text(HEAD "ms-diagnostics: x\r\n" TAIL), &d));
	ck_assert(!msdiag_find(slice_text(HEAD TAIL), &d));
	ck_assert(!msdiag_find(slice_of(NULL, 0), &d));
	ck_assert_uint_eq(d.id, 7);
}
END_TEST

UNIT("msdiag", reads_id_reason_and_source, the_first_one_counts,
    other_fields_and_bodies_do_not_count)
