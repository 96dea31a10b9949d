/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/msdiag.h"

#include "unit.h"

#define HEAD                                                                   \
	"SIP/2.0 403 Forbidden\r\n"                                            \
	"Via: SIP/2.0/TLS 192.0.2.1\r\n"
#define TAIL "Content-Length: 0\r\n\r\nms-diagnostics: 9;reason=\"body\"\r\n"

static bool
first(const char *message, struct msdiag *d)
{
	struct slice rest = msdiag_begin(slice_text(message));

	return msdiag_next(&rest, d);
}

START_TEST(reads_id_reason_and_source)
{
	struct msdiag d;

	ck_assert(first("\r\n" HEAD "Ms-Diagnostics:  1013;reason=\"Time "
			"skew\"; source=\"fe.example.net\"\r\n" TAIL,
	    &d));
	ck_assert_int_eq(d.field, MSDIAG_SERVER);
	ck_assert_uint_eq(d.id, 1013);
	ck_assert(slice_is(d.reason, "Time skew"));
	ck_assert(slice_is(d.source, "fe.example.net"));
	ck_assert(slice_starts_with(d.whole, "1013;"));
}
END_TEST

/* MS-OCER allows one of a kind; real servers send more. */
START_TEST(several_are_read_in_their_order)
{
	struct slice rest = msdiag_begin(slice_text(
	    HEAD "ms-diagnostics: 1034\r\n"
		 "MS-DIAGNOSTICS: 10003;source=\"gw\";reason=\"x\"\r\n"
		 "ms-diagnostics-public: 1034.2\r\n"
		 "Ms-client-diagnostics: 52017;reason=\"Encryption levels "
		 "dont match\"\r\n" TAIL));
	struct msdiag d;

	ck_assert(msdiag_next(&rest, &d));
	ck_assert_uint_eq(d.id, 1034);
	ck_assert_uint_eq(d.reason.len, 0);
	ck_assert(msdiag_next(&rest, &d));
	ck_assert_uint_eq(d.id, 10003);
	ck_assert(slice_is(d.reason, "x"));
	ck_assert(msdiag_next(&rest, &d));
	ck_assert_int_eq(d.field, MSDIAG_PUBLIC);
	ck_assert_uint_eq(d.id, 1034);
	ck_assert(msdiag_next(&rest, &d));
	ck_assert_int_eq(d.field, MSDIAG_CLIENT);
	ck_assert_uint_eq(d.id, 52017);
	ck_assert_str_eq(msdiag_name(d.field), "ms-client-diagnostics");
	ck_assert(!msdiag_next(&rest, &d));
}
END_TEST

START_TEST(parameters_may_be_unquoted_and_have_blanks)
{
	struct msdiag d;
	struct slice value;

	ck_assert(first(HEAD "ms-diagnostics: 1010; reason =\"x\";"
			     "HRESULT=\"0x80090322\";fqdn1=edge:5061\r\n" TAIL,
	    &d));
	ck_assert(slice_is(d.reason, "x"));
	ck_assert(msdiag_param(&d, "hresult", &value));
	ck_assert(slice_is(value, "0x80090322"));
	ck_assert(msdiag_param(&d, "fqdn1", &value));
	ck_assert(slice_is(value, "edge:5061"));
	ck_assert(!msdiag_param(&d, "peer", &value));
}
END_TEST

START_TEST(other_fields_and_bodies_do_not_count)
{
	struct msdiag d = { .id = 7 };

	ck_assert(!first(HEAD "X-Ms-diagnostics: 1\r\n" TAIL, &d));
	ck_assert(!first(HEAD "ms-diagnostics: x\r\n" TAIL, &d));
	ck_assert(!first(HEAD "ms-diagnostics: 5000000000\r\n" TAIL, &d));
	ck_assert(!first(HEAD TAIL, &d));
	ck_assert(!first("", &d));
	ck_assert_uint_eq(d.id, 7);
}
END_TEST

UNIT("msdiag", reads_id_reason_and_source, several_are_read_in_their_order,
    parameters_may_be_unquoted_and_have_blanks,
    other_fields_and_bodies_do_not_count)
