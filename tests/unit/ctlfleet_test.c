/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlfleet.h"

#include <string.h>

#include "unit/unit.h"

static json_t *
answer(void)
{
	return json_pack("{s:s, s:[{s:s, s:b, s:b, s:f}], s:[{s:s, s:s}], "
			 "s:[{s:s, s:f}], s:{s:i}}",
	    "judge", "j1", "sensors", "sensor", "edge-1", "lost", 0,
	    "clock_odd", 1, "offset_s", 3600.0, "alerts", "alert",
	    "transaction-timeout", "subject", "10.0.0.2:5062", "clocks", "peer",
	    "10.0.0.11", "offset_s", -1.5, "counters", "joiner.broken", 3);
}

static char *
printed(const char *command)
{
	json_t *a = answer();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ctlfleet_print(a, command, out);
	fclose(out);
	json_decref(a);
	return text;
}

START_TEST(each_command_shows_its_part)
{
	char *status = printed("status"), *clocks = printed("clocks");
	char *sensors = printed("sensors");

	ck_assert_ptr_nonnull(strstr(status, "judge j1"));
	ck_assert_ptr_nonnull(strstr(status, "10.0.0.2:5062"));
	ck_assert_ptr_nonnull(strstr(status, "joiner.broken 3"));
	ck_assert_ptr_nonnull(strstr(clocks, "10.0.0.11"));
	ck_assert_ptr_null(strstr(clocks, "edge-1"));
	ck_assert_ptr_nonnull(
	    strstr(sensors, "edge-1           alive, clock +3600.000 s (odd)"));
	free(status);
	free(clocks);
	free(sensors);
}
END_TEST

START_TEST(other_commands_are_not_known)
{
	json_t *a = answer();

	ck_assert(ctlfleet_knows("sensors"));
	ck_assert(!ctlfleet_knows("ack"));
	ck_assert_uint_eq(json_array_size(ctlfleet_part(a, "alerts")), 1);
	ck_assert_ptr_eq(ctlfleet_part(a, "status"), a);
	json_decref(a);
}
END_TEST

UNIT("ctlfleet", each_command_shows_its_part, other_commands_are_not_known)
