/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/fields.h"

#include "unit/unit.h"

#include "unit/event.h"

static char written[8192];

static void
collect(void *arg, struct slice name, struct slice value)
{
	struct textbuf *t = arg;

	textbuf_add_slice(t, name);
	textbuf_add(t, "=");
	textbuf_add_slice(t, value);
	textbuf_add(t, "\n");
}

static void
write_all(const struct alert_event *event)
{
	struct textbuf t;

	textbuf_init(&t, written, sizeof(written));
	fields_write(event, collect, &t);
	ck_assert(!t.truncated);
}

static bool
has(const char *line)
{
	return strstr(written, line) != NULL;
}

START_TEST(an_alert_becomes_the_fields_of_the_interface)
{
	struct evidence e;
	struct alert_event event;

	event_timeout(&e, "no_response", "retransmitted");
	event = event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");
	write_all(&event);
	ck_assert(has("MESSAGE=transaction-timeout raised: "));
	ck_assert(has("\nPRIORITY=3\n"));
	ck_assert(has("\nSIPTIMED_ALERT=transaction-timeout\n"));
	ck_assert(has("\nSIPTIMED_STATE=raised\n"));
	ck_assert(has("\nSIPTIMED_ID=9f2c61d0a4e87b15\n"));
	ck_assert(has("\nSIPTIMED_SUBJECT=10.0.0.21:5062\n"));
	ck_assert(has("\nSIPTIMED_CLASS=no_response\n"));
	ck_assert(has("\nSIP_CALL_ID=7d8d76435a47\n"));
	ck_assert(has("\nSIP_METHOD=SERVICE\n"));
	ck_assert(has("\nSIPTIMED_ELAPSED_S=34.0\n"));
	ck_assert(has("\nSIPTIMED_MRAS=true\n"));
	ck_assert(!has("SIPTIMED_REASON="));
}
END_TEST

START_TEST(a_resolved_one_has_its_own_id_reason_and_priority)
{
	struct evidence e;
	struct alert_event event;

	event_timeout(&e, "no_response", "retransmitted");
	event = event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");
	event.state = ALERT_RESOLVED;
	event.reason = ALERT_HEALTHY;
	event.severity = FINDING_NOTICE;
	write_all(&event);
	ck_assert(has("\nPRIORITY=5\n"));
	ck_assert(has("\nSIPTIMED_REASON=healthy\n"));
	ck_assert(has(fields_message_id(FINDING_TRANSACTION_TIMEOUT, true)));
}
END_TEST

START_TEST(names_are_such_as_journald_takes)
{
	struct evidence e;
	struct alert_event event;

	event_skew(&e, -3600 * NSTIME_S, "dst", -1000);
	event = event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");
	write_all(&event);
	for (const char *line = written; *line != '\0';
	     line = strchr(line, '\n') + 1) {
		const size_t len =
		    strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

		ck_assert_uint_le(len, 64);
		ck_assert_int_eq(line[len], '=');
		ck_assert_int_ne(line[0], '_');
	}
}
END_TEST

START_TEST(every_kind_has_two_message_ids_of_its_own)
{
	for (unsigned i = 0; i < 2 * FINDING_KINDS; i++) {
		const char *id = fields_message_id(i / 2, i % 2 == 1);

		ck_assert_uint_eq(strlen(id), 32);
		ck_assert_uint_eq(strspn(id, "0123456789abcdef"), 32);
		for (unsigned k = 0; k < i; k++)
			ck_assert_str_ne(
			    id, fields_message_id(k / 2, k % 2 == 1));
	}
}
END_TEST

START_TEST(a_repeated_alert_is_marked)
{
	struct evidence e;
	struct alert_event event;

	event_timeout(&e, "no_response", "retransmitted");
	event = event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");
	write_all(&event);
	ck_assert(!has("REPEATED"));
	event.repeated = true;
	write_all(&event);
	ck_assert(has("\nSIPTIMED_REPEATED=true\n"));
}
END_TEST

UNIT("fields", an_alert_becomes_the_fields_of_the_interface,
    a_resolved_one_has_its_own_id_reason_and_priority,
    names_are_such_as_journald_takes, every_kind_has_two_message_ids_of_its_own,
    a_repeated_alert_is_marked)
