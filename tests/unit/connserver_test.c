/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/connserver.h"

#include <stdlib.h>

#include "unit/unit.h"

static const struct connection_limits limits = { .count = 3 };
static struct record written;

/* One with an alert, of two attempts. */
static struct connserver failing(enum connection_class class)
{
	struct connserver s = {
		.endpoint = { .port = 5062,
		    .address = { .version = 4, .octets = { 10, 0, 0, 21 } } },
		.reached = 1 + CONNECTION_OPENED,
	};
	const struct endpoint client = { .port = 40000,
		.address = { .version = 4, .octets = { 10, 0, 0, 11 } } };

	s.failures[class] = failures_new(3, 0, NULL);
	ck_assert_ptr_nonnull(s.failures[class]);
	failures_add(s.failures[class], &client, 1, 0, 0);
	failures_add(s.failures[class], &client, 2, NSTIME_S, NSTIME_S);
	s.failures[class]->raised = true;
	return s;
}

static struct slice
saved(const struct connserver *s)
{
	record_init(&written, 4096);
	connserver_save(s, &written);
	record_more(&written, false);
	return slice_of(written.octets, written.len);
}

START_TEST(it_fails_while_it_has_an_alert)
{
	struct connserver s = failing(CONNECTION_REFUSED);

	ck_assert(connserver_is_failing(&s));
	s.failures[CONNECTION_REFUSED]->raised = false;
	ck_assert(!connserver_is_failing(&s));
	connserver_done(NULL, &s);
}
END_TEST

START_TEST(what_fails_survives_a_restart)
{
	struct connserver s = failing(CONNECTION_TLS_ALERT);
	struct connserver loaded = { .reached = 0 };
	struct cursor c = cursor_over(saved(&s));

	ck_assert(record_read_more(&c));
	ck_assert(connserver_load(&loaded, &limits, &c, 0));
	ck_assert(endpoint_equal(&loaded.endpoint, &s.endpoint));
	ck_assert_uint_eq(loaded.reached, s.reached);
	ck_assert(connserver_is_failing(&loaded));
	ck_assert_ptr_nonnull(loaded.failures[CONNECTION_TLS_ALERT]);
	ck_assert(loaded.failures[CONNECTION_TLS_ALERT]->tcp);
	ck_assert(!loaded.failures[CONNECTION_TLS_ALERT]->udp);
	connserver_done(NULL, &loaded);
	connserver_done(NULL, &s);
	record_done(&written);
}
END_TEST

START_TEST(no_cut_record_is_one)
{
	struct connserver s = failing(CONNECTION_UNREACHABLE);
	const struct slice all = saved(&s);

	/* The last octet says that no more servers follow. */
	for (size_t len = 0; len + 1 < all.len; len++) {
		uint8_t *exact = unit_exact(slice_first(all, len));
		struct cursor c = cursor_over(slice_of(exact, len));
		struct connserver loaded = { .reached = 0 };

		ck_assert(!record_read_more(&c) ||
		    !connserver_load(&loaded, &limits, &c, 0));
		connserver_done(NULL, &loaded);
		free(exact);
	}
	connserver_done(NULL, &s);
	record_done(&written);
}
END_TEST

UNIT("connserver", it_fails_while_it_has_an_alert,
    what_fails_survives_a_restart, no_cut_record_is_one)
