/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/alertfields.h"

#include "unit/event.h"
#include "unit/unit.h"

static struct evidence evidence;

/* The value of a field, as text in JSON, or "-" where it is left out. */
static const char *
value(const struct alert_event *event, const char *name)
{
	static char text[512];
	const struct alertfields_row *row = alertfields_rows();
	json_t *json;
	char *dumped;

	while (row->name != NULL && strcmp(row->name, name) != 0)
		row++;
	ck_assert_ptr_nonnull(row->name);
	if (row->known != NULL && !row->known(event))
		return "-";
	json = row->value(event);
	ck_assert_ptr_nonnull(json);
	dumped = json_dumps(json, JSON_ENCODE_ANY);
	snprintf(text, sizeof(text), "%s", dumped);
	free(dumped);
	json_decref(json);
	return text;
}

START_TEST(every_row_says_what_it_is)
{
	const struct alertfields_row *row = alertfields_rows();

	for (; row->name != NULL; row++) {
		ck_assert_ptr_nonnull(row->type);
		ck_assert_ptr_nonnull(row->text);
		ck_assert_ptr_nonnull(row->value);
		ck_assert_msg((row->when == NULL) == (row->known == NULL),
		    "%s: its condition and the words for it", row->name);
	}
}
END_TEST

START_TEST(reason_and_duration_belong_to_resolved_alerts)
{
	struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &evidence, "10.0.0.11");

	ck_assert_str_eq(value(&event, "reason"), "-");
	ck_assert_str_eq(value(&event, "duration_s"), "-");
	event.state = ALERT_RESOLVED;
	event.reason = ALERT_QUIET;
	event.duration = 1500 * NSTIME_MS;
	ck_assert_str_eq(value(&event, "reason"), "\"quiet\"");
	ck_assert_str_eq(value(&event, "duration_s"), "1.5");
}
END_TEST

START_TEST(the_observer_is_told_where_there_is_one)
{
	struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &evidence, "10.0.0.11");

	ck_assert_str_eq(value(&event, "observer"), "-");
	event.observer = slice_text("sensor-1");
	ck_assert_str_eq(value(&event, "observer"), "\"sensor-1\"");
}
END_TEST

UNIT("alertfields", every_row_says_what_it_is,
    reason_and_duration_belong_to_resolved_alerts,
    the_observer_is_told_where_there_is_one)
