/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/hints.h"

#include "unit/said.h"

static const struct log hints_log = { .verbose = false };
static const struct portset none;
static const struct watchhint_settings settings = {
	.sip = &none,
	.watched = &none,
	.methods = "INVITE",
};
static struct hints hints;
static struct unwatched unwatched;
static struct porttally unlisted;

static unsigned
lines_at(nstime now)
{
	const char *p;
	unsigned lines = 0;

	hints_tick(&hints, &settings, &unwatched, &unlisted, now, &hints_log);
	for (p = said_all(); (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	return lines;
}

START_TEST(each_topic_is_logged_once_an_hour_while_it_grows)
{
	const nstime hour = 3600 * NSTIME_S;

	said_begin();
	ck_assert_uint_eq(lines_at(hour), 0);
	unwatched_timed_out(&unwatched, 5060, slice_text("OPTIONS"));
	ck_assert_uint_eq(lines_at(hour), 1);
	said_that("not watched: 1 transaction that");
	unwatched_timed_out(&unwatched, 5060, slice_text("OPTIONS"));
	ck_assert_uint_eq(lines_at(2 * hour - 1), 1);
	porttally_add(&unlisted, 5070, 1);
	ck_assert_uint_eq(lines_at(2 * hour - 1), 2);
	ck_assert_uint_eq(lines_at(2 * hour), 3);
	ck_assert_msg(lines_at(9 * hour) == 3, "nothing more was seen");
}
END_TEST

START_TEST(what_is_watched_is_logged)
{
	said_begin();
	hints_watched(&settings, &hints_log);
	said_that("watching INVITE on ");
}
END_TEST

UNIT("hints", each_topic_is_logged_once_an_hour_while_it_grows,
    what_is_watched_is_logged)
