/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlalert.h"

#include <stdlib.h>

#include "unit/unit.h"

static const char *
shown(const char *alerts, bool brief)
{
	static char *text;
	size_t len;
	json_t *list = json_loads(alerts, 0, NULL);
	FILE *out;

	ck_assert_ptr_nonnull(list);
	free(text);
	out = open_memstream(&text, &len);
	ctlalert_list(list, brief, "nothing", out);
	fclose(out);
	json_decref(list);
	return text;
}

#define ALERT                                                                  \
	"{\"severity\":\"error\",\"alert\":\"transaction-timeout\","           \
	"\"state\":\"refreshed\",\"time\":\"2026-12-01T18:22:07.123456Z\","    \
	"\"id\":\"9f2c61d0a4e87b15\",\"summary\":\"no answer\","               \
	"\"advice\":\"look\",\"count\":3,"                                     \
	"\"first_seen\":\"2026-11-30T08:00:00.000000Z\""

START_TEST(an_active_one_says_since_when_and_which_packets)
{
	ck_assert_str_eq(
	    shown(
		"[" ALERT ",\"acked\":true,\"packets\":\"/a.pcapng\"}]", false),
	    "error    transaction-timeout active  12-01 18:22Z  id "
	    "9f2c61d0a4e87b15\n"
	    "  no answer\n"
	    "    look\n"
	    "    since 11-30 08:00Z, 3 times, acknowledged\n"
	    "    packets: /a.pcapng\n");
}
END_TEST

START_TEST(one_of_lately_is_brief)
{
	ck_assert_str_eq(shown("[" ALERT "}]", true),
	    "error    transaction-timeout refreshed  12-01 18:22Z  id "
	    "9f2c61d0a4e87b15\n"
	    "  no answer\n");
}
END_TEST

START_TEST(none_is_said)
{
	ck_assert_str_eq(shown("[]", false), "  nothing\n");
}
END_TEST

UNIT("ctlalert", an_active_one_says_since_when_and_which_packets,
    one_of_lately_is_brief, none_is_said)
