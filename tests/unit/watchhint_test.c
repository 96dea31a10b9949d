/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/watchhint.h"

#include "unit/unit.h"

static struct portset sip, watched;
static struct watchhint_settings settings = {
	.sip = &sip,
	.watched = &watched,
	.methods = "SERVICE INVITE",
};
static char store[1024];
static struct textbuf t;

static void
start(void)
{
	portset_add(&sip, 5060);
	portset_add(&sip, 5061);
	portset_add(&sip, 5062);
	portset_add(&watched, 5062);
	textbuf_init(&t, store, sizeof(store));
}

START_TEST(what_is_watched_is_one_line)
{
	start();
	watchhint_write(&t, &settings);
	ck_assert_str_eq(store,
	    "SERVICE INVITE on port 5062, MRAS requests on ports 5060-5062");
	textbuf_init(&t, store, sizeof(store));
	settings.methods = "*";
	portset_add(&watched, 5060);
	watchhint_write(&t, &settings);
	ck_assert_str_eq(store,
	    "every method on ports 5060 5062, MRAS requests on ports "
	    "5060-5062");
}
END_TEST

START_TEST(timeouts_name_the_lines_that_would_watch_them)
{
	struct unwatched u = { .method_count = 0 };

	start();
	unwatched_timed_out(&u, 5060, slice_text("OPTIONS"));
	unwatched_timed_out(&u, 5070, slice_text("INVITE"));
	unwatched_timed_out(&u, 5070, slice_text("INVITE"));
	ck_assert(watchhint_timeouts(&t, &settings, &u));
	ck_assert_str_eq(store,
	    "3 transactions that the configuration does not watch timed out, "
	    "on port 5070 (2), port 5060 (1); to watch them: [sip] ports = "
	    "5060-5062 5070; [timeouts] ports = 5060 5062 5070; methods = "
	    "SERVICE INVITE OPTIONS");
}
END_TEST

START_TEST(what_a_file_must_list_is_named)
{
	struct unwatched u = { .method_count = 0 };

	start();
	unwatched_unconfigured(&u, 5061);
	ck_assert(watchhint_unconfigured(&t, &settings, &u));
	ck_assert_str_eq(store,
	    "what timed out on port 5061 (1) is watched by a configuration "
	    "file only if it lists that: [timeouts] ports = 5061-5062");
}
END_TEST

START_TEST(ports_that_are_listed_already_are_not_repeated)
{
	struct porttally begun = { .count = 0 };

	start();
	porttally_add(&begun, 5061, 4);
	ck_assert(watchhint_begun(&t, &settings, &begun));
	ck_assert_str_eq(store,
	    "4 transactions were not watched, on port 5061 (4); a "
	    "configuration (-c) that watches them: [timeouts] ports = "
	    "5061-5062; methods = *");
}
END_TEST

START_TEST(sip_elsewhere_is_told_with_its_busiest_ports)
{
	struct porttally unlisted = { .count = 0 };

	start();
	for (uint16_t port = 1; port <= 6; port++)
		porttally_add(&unlisted, port, port);
	ck_assert(watchhint_unlisted(&t, &settings, &unlisted));
	ck_assert_ptr_nonnull(strstr(store,
	    "21 SIP messages seen on ports that [sip] does not list: port 6 "
	    "(6), port 5 (5), port 4 (4), port 3 (3) and others; "));
}
END_TEST

START_TEST(nothing_is_written_of_nothing)
{
	const struct unwatched none = { .method_count = 0 };

	start();
	ck_assert(!watchhint_timeouts(&t, &settings, &none));
	ck_assert(!watchhint_unconfigured(&t, &settings, &none));
	ck_assert(!watchhint_unlisted(&t, &settings, &none.ports));
	ck_assert(!watchhint_begun(&t, &settings, &none.ports));
	ck_assert_uint_eq(t.len, 0);
}
END_TEST

UNIT("watchhint", what_is_watched_is_one_line, what_a_file_must_list_is_named,
    timeouts_name_the_lines_that_would_watch_them,
    ports_that_are_listed_already_are_not_repeated,
    sip_elsewhere_is_told_with_its_busiest_ports, nothing_is_written_of_nothing)
