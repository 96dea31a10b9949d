/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/quota.h"

#include "unit/unit.h"

#define KIND FINDING_CERTIFICATE

static struct quota quota;
static const struct siphash_key key = { 1, 2 };

static struct slice
host(unsigned n)
{
	static char store[32];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_add(&t, "10.0.");
	textbuf_uint(&t, n / 256);
	textbuf_add(&t, ".");
	textbuf_uint(&t, n % 256);
	textbuf_add(&t, ":5061");
	return textbuf_slice(&t);
}

START_TEST(a_subject_without_its_port_is_a_host)
{
	ck_assert(
	    slice_is(quota_host_of(slice_text("10.0.0.1:5061")), "10.0.0.1"));
	ck_assert(slice_is(quota_host_of(slice_text("10.0.0.1")), "10.0.0.1"));
	ck_assert(slice_is(
	    quota_host_of(slice_text("[2001:db8::1]:5061")), "[2001:db8::1]"));
	ck_assert(
	    slice_is(quota_host_of(slice_text("2001:db8::1")), "2001:db8::1"));
	ck_assert(slice_is(quota_host_of(slice_text("eth1")), "eth1"));
	ck_assert(slice_is(quota_host_of(slice_text("")), ""));
}
END_TEST

START_TEST(a_kind_has_a_sixteenth_of_all)
{
	ck_assert(quota_init(&quota, 16000, &key));
	for (unsigned i = 0; i < 1000; i++) {
		ck_assert_int_eq(
		    quota_ask(&quota, KIND, host(i), true), QUOTA_ROOM);
		quota_take(&quota, KIND, host(i));
	}
	ck_assert_int_eq(
	    quota_ask(&quota, KIND, host(1000), true), QUOTA_KIND_FULL);
	ck_assert_int_eq(
	    quota_ask(&quota, FINDING_STALE_DATE, host(1000), true),
	    QUOTA_ROOM);
	quota_done(&quota);
}
END_TEST

START_TEST(a_quarter_is_for_hosts_that_are_known_to_have_worked)
{
	ck_assert(quota_init(&quota, 16000, &key));
	for (unsigned i = 0; i < 750; i++)
		quota_take(&quota, KIND, host(i));
	ck_assert_int_eq(
	    quota_ask(&quota, KIND, host(1000), false), QUOTA_KIND_FULL);
	ck_assert_int_eq(quota_ask(&quota, KIND, host(1000), true), QUOTA_ROOM);
	quota_done(&quota);
}
END_TEST

START_TEST(a_host_has_an_eighth_of_its_kind)
{
	struct quota_host *h = NULL;

	ck_assert(quota_init(&quota, 16000, &key));
	for (unsigned i = 0; i < 125; i++)
		h = quota_take(&quota, KIND, host(7));
	ck_assert_int_eq(
	    quota_ask(&quota, KIND, host(7), true), QUOTA_HOST_FULL);
	ck_assert_int_eq(quota_ask(&quota, KIND, host(8), true), QUOTA_ROOM);
	quota_give(&quota, KIND, h);
	ck_assert_int_eq(quota_ask(&quota, KIND, host(7), true), QUOTA_ROOM);
	for (unsigned i = 0; i < 124; i++)
		quota_give(&quota, KIND, h);
	ck_assert_uint_eq(table_count(quota.hosts), 0);
	ck_assert_uint_eq(quota.kinds[KIND], 0);
	quota_done(&quota);
}
END_TEST

UNIT("quota", a_subject_without_its_port_is_a_host,
    a_kind_has_a_sixteenth_of_all,
    a_quarter_is_for_hosts_that_are_known_to_have_worked,
    a_host_has_an_eighth_of_its_kind)
