/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlcheck.h"

#include <string.h>

#include "unit/unit.h"

static bool
alerts(const char *range, double value)
{
	struct ctlcheck_range r;

	ck_assert_msg(ctlcheck_range(range, &r), "%s", range);
	return ctlcheck_alerts_at(&r, value);
}

/* The examples of the guidelines. */
START_TEST(a_value_outside_a_range_alerts)
{
	ck_assert(alerts("10", -1) && alerts("10", 11));
	ck_assert(!alerts("10", 0) && !alerts("10", 10));
	ck_assert(alerts("10:", 9) && !alerts("10:", 1e9));
	ck_assert(alerts("~:10", 11) && !alerts("~:10", -1e9));
	ck_assert(alerts("10:20", 9) && alerts("10:20", 21));
	ck_assert(alerts("@10:20", 10) && !alerts("@10:20", 9));
	ck_assert(alerts("-60:60", -60.5) && !alerts("-60:60", -60));
}
END_TEST

START_TEST(what_is_no_range_is_refused)
{
	static const char *const wrong[] = { "", "@", "x", "10:x", "20:10",
		"1:2:3", "nan", "10 " };
	struct ctlcheck_range r;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(!ctlcheck_range(wrong[i], &r), "%s", wrong[i]);
}
END_TEST

static enum ctlcheck_state
judged(const struct ctlcheck *check, const char *status, const char *list,
    const char *clocks, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	json_t *s = json_loads(status, 0, NULL), *a = json_loads(list, 0, NULL),
	       *c = json_loads(clocks, 0, NULL);
	enum ctlcheck_state state = ctlcheck_judge(check, s, a, c, out);

	fclose(out);
	json_decref(s);
	json_decref(a);
	json_decref(c);
	return state;
}

static enum ctlcheck_state
of_alerts(const char *list, char *text, size_t size)
{
	const struct ctlcheck check = { .alerts = true };

	return judged(&check, "{}", list, "{}", text, size);
}

START_TEST(the_gravest_alert_is_the_state)
{
	char text[2000];

	ck_assert_int_eq(
	    of_alerts("{\"active\":[]}", text, sizeof(text)), CTLCHECK_OK);
	ck_assert_str_eq(text,
	    "OK: no alert is active | 'alerts'=0;;;0 'critical'=0;;0;0 "
	    "'warning'=0;0;;0\n");
	ck_assert_int_eq(of_alerts("{\"active\":[{\"alert\":\"visibility\","
				   "\"severity\":\"warning\",\"subject\":\"a\","
				   "\"summary\":\"s|t\"}]}",
			     text, sizeof(text)),
	    CTLCHECK_WARNING);
	ck_assert_str_eq(text,
	    "WARNING: 1 alert active, first visibility a | 'alerts'=1;;;0 "
	    "'critical'=0;;0;0 'warning'=1;0;;0\nvisibility: s/t\n");
	ck_assert_int_eq(of_alerts("{\"active\":[{\"severity\":\"warning\"},"
				   "{\"severity\":\"error\"}]}",
			     text, sizeof(text)),
	    CTLCHECK_CRITICAL);
}
END_TEST

START_TEST(what_somebody_has_taken_on_does_not_page_again)
{
	char text[2000];

	ck_assert_int_eq(
	    of_alerts("{\"active\":[{\"severity\":\"error\",\"acked\":true},"
		      "{\"severity\":\"error\",\"silenced\":true},"
		      "{\"severity\":\"notice\"}]}",
		text, sizeof(text)),
	    CTLCHECK_OK);
}
END_TEST

START_TEST(a_clock_is_judged_by_its_ranges)
{
	static const char clocks[] = "{\"clocks\":[{\"peer\":\"10.0.0.11\","
				     "\"offset_s\":-3600.4}]}";
	struct ctlcheck check = { .clock = "10.0.0.11" };
	char text[2000];

	ck_assert_int_eq(judged(&check, "{}", "{}", clocks, text, sizeof(text)),
	    CTLCHECK_CRITICAL);
	ck_assert_str_eq(text,
	    "CRITICAL: the clock of 10.0.0.11 is off by -3600.4 s | "
	    "'offset'=-3600.400s;-60:60;-300:300\n");
	check.has_critical = ctlcheck_range("-4000:4000", &check.critical);
	ck_assert_int_eq(judged(&check, "{}", "{}", clocks, text, sizeof(text)),
	    CTLCHECK_WARNING);
	check.clock = "10.0.0.12";
	ck_assert_int_eq(judged(&check, "{}", "{}", clocks, text, sizeof(text)),
	    CTLCHECK_UNKNOWN);
}
END_TEST

START_TEST(drops_are_percent_of_all_packets)
{
	const struct ctlcheck check = { .drops = true };
	char text[2000];

	ck_assert_int_eq(
	    judged(&check,
		"{\"packets\":980,\"interfaces\":[{\"dropped\":20}]}", "{}",
		"{}", text, sizeof(text)),
	    CTLCHECK_CRITICAL);
	ck_assert_str_eq(text,
	    "CRITICAL: 20 of 1000 packets dropped | "
	    "'dropped'=2.000%;0.1;1;0;100\n");
	ck_assert_int_eq(judged(&check, "{\"packets\":0,\"interfaces\":[]}",
			     "{}", "{}", text, sizeof(text)),
	    CTLCHECK_OK);
}
END_TEST

UNIT("ctlcheck", a_value_outside_a_range_alerts, what_is_no_range_is_refused,
    the_gravest_alert_is_the_state,
    what_somebody_has_taken_on_does_not_page_again,
    a_clock_is_judged_by_its_ranges, drops_are_percent_of_all_packets)
