/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/alertlist.h"

#include "unit/unit.h"

static const struct alert_limits limits = {
	.alerts = 100,
	.reminder = 3600 * NSTIME_S,
	.flap = 900 * NSTIME_S,
};

static size_t shown;
static struct alert_event events[8];
static char subjects[8][16];

static void
on_event(void *arg, const struct alert_event *event)
{
	(void)arg;
	(void)event;
}

static void
on_shown(void *arg, const struct alert_event *event)
{
	ck_assert_ptr_eq(arg, &shown);
	events[shown] = *event;
	memcpy(subjects[shown], event->subject.p, event->subject.len);
	subjects[shown++][event->subject.len] = '\0';
}

static void
find(struct alert *a, const char *key, enum finding_severity severity,
    enum finding_change change, nstime now)
{
	struct evidence evidence;

	evidence_init(&evidence);
	alert_input(a,
	    &(struct finding){
		.kind = FINDING_VISIBILITY,
		.change = change,
		.severity = severity,
		.key = slice_text(key),
		.subject = slice_text(key),
		.evidence = &evidence,
		.now = now,
		.wall = now,
	    });
}

START_TEST(the_gravest_comes_first_then_the_oldest)
{
	struct alert *a = alert_new(&limits, on_event, NULL);

	shown = 0;
	find(a, "b", FINDING_WARNING, FINDING_TROUBLE, 2);
	find(a, "a", FINDING_WARNING, FINDING_TROUBLE, 1);
	find(a, "c", FINDING_ERROR, FINDING_TROUBLE, 3);
	ck_assert(alertlist_show(a, on_shown, &shown, 10, 10));
	ck_assert_uint_eq(shown, 3);
	ck_assert_str_eq(subjects[0], "c");
	ck_assert_str_eq(subjects[1], "a");
	ck_assert_str_eq(subjects[2], "b");
	ck_assert_int_eq(events[0].state, ALERT_REFRESHED);
	ck_assert_uint_eq(events[0].count, 1);
	alert_free(a);
}
END_TEST

START_TEST(what_is_over_is_not_shown)
{
	struct alert *a = alert_new(&limits, on_event, NULL);

	shown = 0;
	find(a, "a", FINDING_ERROR, FINDING_TROUBLE, 1);
	find(a, "a", FINDING_ERROR, FINDING_HEALTHY, 2);
	ck_assert(alertlist_show(a, on_shown, &shown, 10, 10));
	ck_assert_uint_eq(shown, 0);
	alert_free(a);
}
END_TEST

START_TEST(being_shown_changes_nothing)
{
	struct alert *a = alert_new(&limits, on_event, NULL);

	shown = 0;
	find(a, "a", FINDING_ERROR, FINDING_TROUBLE, 1);
	alertlist_show(a, on_shown, &shown, 10, 10);
	alertlist_show(a, on_shown, &shown, 20, 20);
	ck_assert_uint_eq(shown, 2);
	ck_assert_int_eq(events[1].now, 20);
	ck_assert_int_eq(events[1].last_seen, 1);
	ck_assert_uint_eq(alert_raised(a, FINDING_VISIBILITY), 1);
	alert_free(a);
}
END_TEST

UNIT("alertlist", the_gravest_comes_first_then_the_oldest,
    what_is_over_is_not_shown, being_shown_changes_nothing)
