/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/handover.h"

#include "unit/saved.h"

#define S NSTIME_S

static struct alert *alert;
static char told[512];
static struct textbuf heard;
static uint64_t raised_id, successor;

static void
on_event(void *arg, const struct alert_event *event)
{
	(void)arg;
	textbuf_add(&heard, heard.len > 0 ? "; " : "");
	textbuf_add(&heard, finding_kind_name(event->kind));
	textbuf_add(&heard, " ");
	textbuf_add(&heard, alert_state_name(event->state));
	if (event->state == ALERT_RAISED)
		raised_id = event->id;
	if (event->state == ALERT_JOINED)
		successor = event->successor;
}

static void
begin_alert(void)
{
	const struct alert_limits limits = {
		.alerts = 100,
		.join = 10 * S,
		.reminder = 3600 * S,
		.flap = 900 * S,
	};

	alert = alert_new(&limits, on_event, NULL);
}

static void
begin(void)
{
	textbuf_init(&heard, told, sizeof(told));
	raised_id = successor = 0;
	begin_alert();
}

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	alert_free(alert);
	begin_alert();
	return alert_load(alert, &c, &(struct record_shift){ .now = 0 });
}

static void
restart(void)
{
	struct record r;

	record_init(&r, 1 << 20);
	alert_save(alert, &r);
	saved_whole_or_older(&r, load, true);
}

static struct finding
of(enum finding_kind kind, enum finding_change change, const char *key,
    nstime now)
{
	static struct evidence evidence;

	return (struct finding){
		.kind = kind,
		.change = change,
		.severity = FINDING_ERROR,
		.key = slice_text(key),
		.subject = slice_first(
		    slice_text(key), slice_index(slice_text(key), ' ')),
		.evidence = change == FINDING_TROUBLE ? &evidence : NULL,
		.now = now,
		.wall = now,
	};
}

static void
find(enum finding_kind kind, enum finding_change change, const char *key,
    nstime now)
{
	const struct finding f = of(kind, change, key, now);

	alert_input(alert, &f);
}

#define TIMEOUT FINDING_TRANSACTION_TIMEOUT
#define REFUSED FINDING_CONNECTION_FAILURE
#define SLOW FINDING_SLOW_TRANSACTION

START_TEST(a_server_that_fails_in_another_way_is_not_well)
{
	begin();
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 0);
	find(REFUSED, FINDING_TROUBLE, "a refused", 60 * S);
	alert_tick(alert, 100 * S, 100 * S);
	find(TIMEOUT, FINDING_HEALTHY, "a SERVICE", 110 * S);
	ck_assert_str_eq(
	    told, "transaction-timeout raised; connection-failure raised");
	find(REFUSED, FINDING_HEALTHY, "a refused", 120 * S);
	ck_assert_str_eq(told,
	    "transaction-timeout raised; connection-failure raised; "
	    "connection-failure resolved; transaction-timeout resolved");
	alert_free(alert);
}
END_TEST

START_TEST(another_server_or_another_kind_of_alert_does_not_matter)
{
	begin();
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 0);
	find(REFUSED, FINDING_TROUBLE, "b refused", 0);
	find(FINDING_STALE_DATE, FINDING_TROUBLE, "a", 0);
	alert_tick(alert, 100 * S, 100 * S);
	told[0] = '\0';
	heard.len = 0;
	find(TIMEOUT, FINDING_HEALTHY, "a SERVICE", 110 * S);
	ck_assert_str_eq(told, "transaction-timeout resolved");
	alert_free(alert);
}
END_TEST

START_TEST(what_fails_again_meanwhile_goes_on)
{
	begin();
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 0);
	find(REFUSED, FINDING_TROUBLE, "a refused", 0);
	alert_tick(alert, 100 * S, 100 * S);
	told[0] = '\0';
	heard.len = 0;
	find(TIMEOUT, FINDING_HEALTHY, "a SERVICE", 110 * S);
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 120 * S);
	find(REFUSED, FINDING_HEALTHY, "a refused", 130 * S);
	ck_assert_str_eq(told, "");
	find(TIMEOUT, FINDING_HEALTHY, "a SERVICE", 140 * S);
	ck_assert_str_eq(
	    told, "transaction-timeout resolved; connection-failure resolved");
	alert_free(alert);
}
END_TEST

static void
supersede(nstime now)
{
	struct finding f = of(SLOW, FINDING_SUPERSEDED, "a", now);

	f.successor = TIMEOUT;
	f.successor_key = slice_text("a SERVICE");
	alert_input(alert, &f);
}

START_TEST(one_that_is_superseded_joins_when_the_other_is_raised)
{
	begin();
	find(SLOW, FINDING_TROUBLE, "a", 0);
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 34 * S);
	supersede(34 * S);
	ck_assert_str_eq(told, "slow-transaction raised");
	alert_tick(alert, 44 * S, 44 * S);
	ck_assert_str_eq(told,
	    "slow-transaction raised; transaction-timeout raised; "
	    "slow-transaction joined");
	ck_assert_uint_eq(successor, raised_id);
	ck_assert_uint_eq(alert_active(alert), 1);
	alert_free(alert);
}
END_TEST

START_TEST(where_the_other_stands_it_joins_at_once)
{
	begin();
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 0);
	alert_tick(alert, 10 * S, 10 * S);
	find(SLOW, FINDING_TROUBLE, "a", 20 * S);
	supersede(34 * S);
	ck_assert_str_eq(told,
	    "transaction-timeout raised; slow-transaction raised; "
	    "slow-transaction joined");
	alert_free(alert);
}
END_TEST

START_TEST(where_the_other_is_withdrawn_it_goes_on)
{
	begin();
	find(SLOW, FINDING_TROUBLE, "a", 0);
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 34 * S);
	supersede(34 * S);
	find(TIMEOUT, FINDING_WITHDRAWN, "a SERVICE", 36 * S);
	alert_tick(alert, 60 * S, 60 * S);
	find(SLOW, FINDING_HEALTHY, "a", 70 * S);
	ck_assert_str_eq(
	    told, "slow-transaction raised; slow-transaction resolved");
	alert_free(alert);
}
END_TEST

static void
refuse(const char *class, int64_t number, nstime now)
{
	static struct evidence evidence;
	struct finding f = of(REFUSED, FINDING_TROUBLE, "a tls", now);

	evidence_init(&evidence);
	evidence_text(&evidence, "class", class);
	evidence_integer(&evidence, "tls_alert", number);
	f.evidence = &evidence;
	alert_input(alert, &f);
}

START_TEST(tls_that_fails_for_its_certificate_is_the_certificates_trouble)
{
	begin();
	find(FINDING_CERTIFICATE, FINDING_TROUBLE, "a f1", 0);
	refuse("tls_alert", 45, S);
	refuse("tls_closed", 0, 2 * S);
	alert_tick(alert, 20 * S, 20 * S);
	ck_assert_str_eq(told, "certificate raised");
	refuse("tls_alert", 70, 21 * S);
	alert_tick(alert, 40 * S, 40 * S);
	ck_assert_str_eq(told, "certificate raised; connection-failure raised");
	alert_free(alert);
}
END_TEST

START_TEST(one_that_is_held_at_a_restart_is_over_with_the_other)
{
	begin();
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 0);
	find(REFUSED, FINDING_TROUBLE, "a refused", 60 * S);
	alert_tick(alert, 100 * S, 100 * S);
	find(TIMEOUT, FINDING_HEALTHY, "a SERVICE", 110 * S);
	restart();
	told[0] = '\0';
	heard.len = 0;
	find(REFUSED, FINDING_HEALTHY, "a refused", 120 * S);
	ck_assert_str_eq(
	    told, "connection-failure resolved; transaction-timeout resolved");
	alert_free(alert);
}
END_TEST

START_TEST(one_that_waits_for_another_at_a_restart_joins_it)
{
	begin();
	find(SLOW, FINDING_TROUBLE, "a", 0);
	find(TIMEOUT, FINDING_TROUBLE, "a SERVICE", 34 * S);
	supersede(34 * S);
	restart();
	alert_tick(alert, 44 * S, 44 * S);
	ck_assert_str_eq(told,
	    "slow-transaction raised; transaction-timeout raised; "
	    "slow-transaction joined");
	ck_assert_uint_eq(successor, raised_id);
	alert_free(alert);
}
END_TEST

/* What names alerts that are not there, or are over, or the same one twice. */
START_TEST(what_waits_for_nothing_changes_nothing)
{
	static const char *const keys[] = { "a", "a", "b", "c", "a SERVICE" };
	struct record r;
	struct cursor c;

	begin();
	find(SLOW, FINDING_TROUBLE, "a", 0);
	find(SLOW, FINDING_TROUBLE, "c", 0);
	find(SLOW, FINDING_HEALTHY, "c", S);
	record_init(&r, 1 << 16);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		record_more(&r, true);
		finding_kind_save(&r, SLOW);
		record_text(&r, slice_text(keys[i]));
		record_flag(&r, true);
		record_u64(&r, 77);
	}
	record_more(&r, false);
	c = cursor_over(slice_of(r.octets, r.len));
	handover_load(alert, &c);
	ck_assert(!c.bad);
	record_done(&r);
	alert_tick(alert, 60 * S, 60 * S);
	find(SLOW, FINDING_HEALTHY, "a", 70 * S);
	ck_assert_str_eq(told,
	    "slow-transaction raised; slow-transaction raised; "
	    "slow-transaction resolved; slow-transaction resolved");
	alert_free(alert);
}
END_TEST

UNIT("handover", tls_that_fails_for_its_certificate_is_the_certificates_trouble,
    a_server_that_fails_in_another_way_is_not_well,
    another_server_or_another_kind_of_alert_does_not_matter,
    what_fails_again_meanwhile_goes_on,
    one_that_is_superseded_joins_when_the_other_is_raised,
    where_the_other_stands_it_joins_at_once,
    where_the_other_is_withdrawn_it_goes_on,
    one_that_is_held_at_a_restart_is_over_with_the_other,
    one_that_waits_for_another_at_a_restart_joins_it,
    what_waits_for_nothing_changes_nothing)
