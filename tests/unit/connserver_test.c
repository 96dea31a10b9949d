/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/connserver.h"

#include <stdlib.h>

#include "unit/unit.h"

static const struct connection_limits limits = { .count = 3 };
static const struct record_shift no_shift, shift = { .real = NSTIME_S };
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
	s.failures[class]->tcp = s.failures[class]->established = true;
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
	ck_assert(connserver_load(&loaded, &limits, &c, &no_shift));
	ck_assert(endpoint_equal(&loaded.endpoint, &s.endpoint));
	ck_assert_uint_eq(loaded.reached, s.reached);
	ck_assert(connserver_is_failing(&loaded));
	ck_assert_ptr_nonnull(loaded.failures[CONNECTION_TLS_ALERT]);
	ck_assert(loaded.failures[CONNECTION_TLS_ALERT]->tcp);
	ck_assert(!loaded.failures[CONNECTION_TLS_ALERT]->udp);
	ck_assert(loaded.failures[CONNECTION_TLS_ALERT]->established);
	connserver_done(NULL, &loaded);
	connserver_done(NULL, &s);
	record_done(&written);
}
END_TEST

START_TEST(attempts_too_few_for_an_alert_survive_a_restart)
{
	struct connserver s = failing(CONNECTION_REFUSED);
	struct connserver loaded = { .reached = 0 };
	struct failures *f = s.failures[CONNECTION_REFUSED];
	struct cursor c;

	f->raised = false;
	f->tcp = false;
	f->udp = f->established = f->handshake = true;
	ck_assert(connserver_is_suspect(&s));
	c = cursor_over(saved(&s));
	ck_assert(record_read_more(&c));
	ck_assert(connserver_load(&loaded, &limits, &c, &shift));
	ck_assert(connserver_is_suspect(&loaded));
	f = loaded.failures[CONNECTION_REFUSED];
	ck_assert(!f->raised && !f->tcp);
	ck_assert(f->udp && f->established && f->handshake);
	ck_assert_uint_eq(f->attempts, 2);
	ck_assert_uint_eq(f->held, 2);
	ck_assert_int_eq(f->latest[1].at, 2 * NSTIME_S);
	ck_assert_int_eq(f->latest[1].began, NSTIME_S);
	ck_assert_uint_eq(f->latest[1].sequence, 2);
	ck_assert_uint_eq(f->latest[1].client.port, 40000);
	connserver_done(NULL, &loaded);
	connserver_done(NULL, &s);
	record_done(&written);
}
END_TEST

START_TEST(what_an_older_version_saved_is_an_alert)
{
	struct connserver s = failing(CONNECTION_UNREACHABLE);
	struct connserver loaded = { .reached = 0 };
	struct cursor c;

	record_init(&written, 4096);
	endpoint_save(&written, &s.endpoint);
	record_u8(&written, s.reached);
	record_more(&written, true);
	record_u8(&written, CONNECTION_UNREACHABLE);
	failures_save(&written, s.failures[CONNECTION_UNREACHABLE]);
	record_more(&written, false);
	c = cursor_over(slice_of(written.octets, written.len));
	ck_assert(connserver_load(&loaded, &limits, &c, &no_shift));
	ck_assert(connserver_is_failing(&loaded));
	ck_assert(loaded.failures[CONNECTION_UNREACHABLE]->tcp);
	ck_assert(loaded.failures[CONNECTION_UNREACHABLE]->udp);
	connserver_done(NULL, &loaded);
	connserver_done(NULL, &s);
	record_done(&written);
}
END_TEST

START_TEST(no_cut_record_is_one)
{
	struct connserver s = failing(CONNECTION_UNREACHABLE);
	struct slice all;

	s.failures[CONNECTION_UNREACHABLE]->raised = false;
	all = saved(&s);
	/* The last octet says that no more servers follow. */
	for (size_t len = 0; len + 1 < all.len; len++) {
		uint8_t *exact = unit_exact(slice_first(all, len));
		struct cursor c = cursor_over(slice_of(exact, len));
		struct connserver loaded = { .reached = 0 };

		ck_assert(!record_read_more(&c) ||
		    !connserver_load(&loaded, &limits, &c, &no_shift));
		connserver_done(NULL, &loaded);
		free(exact);
	}
	connserver_done(NULL, &s);
	record_done(&written);
}
END_TEST

UNIT("connserver", it_fails_while_it_has_an_alert,
    what_fails_survives_a_restart,
    attempts_too_few_for_an_alert_survive_a_restart,
    what_an_older_version_saved_is_an_alert, no_cut_record_is_one)
