/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/jsonline.h"

#include "unit/event.h"
#include "unit/unit.h"

static struct evidence e;

static void
alert_is(const struct alert_event *event, const char *expected)
{
	char *text = jsonline_alert(event);

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, expected);
	free(text);
}

static void
evidence_is(const char *expected)
{
	const struct alert_event event = event_of(FINDING_VISIBILITY, &e, "x");
	char *text = jsonline_alert(&event);
	const char *found;

	ck_assert_ptr_nonnull(text);
	found = strstr(text, "\"evidence\":");
	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found + 11, expected);
	free(text);
}

START_TEST(a_raised_alert_has_its_fields_in_order)
{
	struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");

	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	event.severity = FINDING_CRITICAL;
	alert_is(&event,
	    "{\"type\":\"alert\",\"time\":\"2011-01-03T18:22:45.123456Z\","
	    "\"alert\":\"clock-skew\",\"state\":\"raised\","
	    "\"severity\":\"critical\",\"id\":\"9f2c61d0a4e87b15\","
	    "\"episode\":1,\"subject\":\"10.0.0.11\","
	    "\"summary\":\"clock of 10.0.0.11 (pool \\\"fe-east\\\") is "
	    "1 h behind: time zone or daylight saving (-3600.4 s +/- 0.3 s); "
	    "since 18:22:07Z; 41 samples of Date\","
	    "\"advice\":\"check the clock and zone there, then restart the "
	    "services on that host that keep time-stamped credentials (on a "
	    "Front End: its Front End service)\",\"count\":1,"
	    "\"first_seen\":\"2011-01-03T18:22:07.123456Z\","
	    "\"last_seen\":\"2011-01-03T18:22:45.123456Z\","
	    "\"evidence\":{\"peer\":\"10.0.0.11\",\"pool\":\"fe-east\","
	    "\"offset_s\":-3600.4,\"uncertainty_s\":0.3,\"samples\":41,"
	    "\"witnesses\":[\"date\"],\"attribution\":\"host\","
	    "\"shape\":\"dst\",\"shape_units\":-1}}");
}
END_TEST

START_TEST(a_resolved_alert_adds_reason_and_duration)
{
	struct alert_event event = event_of(FINDING_LOCAL_CLOCK, &e, "us");

	evidence_init(&e);
	event.state = ALERT_RESOLVED;
	event.reason = ALERT_QUIET;
	event.severity = FINDING_NOTICE;
	event.id = 0xab;
	event.count = 12;
	event.duration = 1260400 * NSTIME_MS;
	alert_is(&event,
	    "{\"type\":\"alert\",\"time\":\"2011-01-03T18:22:45.123456Z\","
	    "\"alert\":\"local-clock\",\"state\":\"resolved\","
	    "\"reason\":\"quiet\",\"duration_s\":1260.4,"
	    "\"severity\":\"notice\",\"id\":\"00000000000000ab\","
	    "\"episode\":1,\"subject\":\"us\","
	    "\"summary\":\"the clock of this host: over after 21 min, first at "
	    "18:22:07Z; quiet: no more of it was seen\","
	    "\"advice\":\"nothing proves that it works again: see that its "
	    "traffic still flows\",\"count\":12,"
	    "\"first_seen\":\"2011-01-03T18:22:07.123456Z\","
	    "\"last_seen\":\"2011-01-03T18:22:45.123456Z\",\"evidence\":{}}");
}
END_TEST

START_TEST(every_type_of_evidence_has_its_json)
{
	evidence_init(&e);
	evidence_text(&e, "text", "a\"b\\c");
	evidence_integer(&e, "integer", -7);
	evidence_seconds(&e, "s", 34 * NSTIME_S, 1);
	evidence_seconds(&e, "whole", 34499 * NSTIME_MS, 0);
	evidence_seconds(&e, "negative", -1250 * NSTIME_US, 4);
	evidence_seconds(&e, "ns", 1, 9);
	evidence_time(&e, "time", EVENT_WALL);
	evidence_boolean(&e, "yes", true);
	evidence_boolean(&e, "no", false);
	evidence_list(&e, "list", "date,tls");
	evidence_decimal(&e, "half", 5500);
	evidence_is("{\"text\":\"a\\\"b\\\\c\",\"integer\":-7,\"s\":34.0,"
		    "\"whole\":34,\"negative\":-0.0013,\"ns\":1e-9,"
		    "\"time\":\"2011-01-03T18:22:45.123456Z\",\"yes\":true,"
		    "\"no\":false,\"list\":[\"date\",\"tls\"],\"half\":5.5}}");
}
END_TEST

START_TEST(seconds_print_as_the_decimal_meant)
{
	evidence_init(&e);
	evidence_seconds(&e, "a", -3600400 * NSTIME_MS, 1);
	evidence_seconds(&e, "b", (nstime)564397123 * NSTIME_MS, 3);
	evidence_seconds(&e, "c", -40 * NSTIME_MS, 1);
	evidence_seconds(&e, "d", 100 * NSTIME_MS, 1);
	evidence_seconds(&e, "e", (nstime)1294078965 * NSTIME_S, 1);
	evidence_seconds(&e, "f", INT64_MIN, 0);
	evidence_is("{\"a\":-3600.4,\"b\":564397.123,\"c\":0.0,\"d\":0.1,"
		    "\"e\":1294078965.0,\"f\":-9223372037}}");
}
END_TEST

START_TEST(no_octets_can_make_the_line_fail)
{
	struct alert_event event = event_of(FINDING_VISIBILITY, &e, "");
	char *text;

	evidence_init(&e);
	evidence_text(&e, "ours", "\xff\xfe broken");
	evidence_wire(&e, "wire", slice_of("\xff\0\n", 3));
	event.subject = slice_of("\xc3", 1);
	text = jsonline_alert(&event);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, "\"subject\":\"\\\\xc3\""));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"ours\":\"\\\\xff\\\\xfe broken\""));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"wire\":\"\\\\xff\\\\x00\\\\x0a\""));
	free(text);
}
END_TEST

static void
summary_is(const struct summary *summary, const char *expected)
{
	char *text = jsonline_summary(summary);

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(the_summary_has_its_fields_in_order)
{
	struct summary_method methods[] = {
		{ .name = "INVITE", .undelivered = 3 },
		{ .name = "SERVICE",
		    .answered = 40,
		    .timed_out = 1,
		    .unfinished = 2 },
	};
	struct summary_port ports[] = { { 5060, 17 } };
	struct summary_drop drops[] = { { "ipfrag.timed_out", 1, false } };
	struct summary_clock clocks[] = {
		{ .peer = endpoint_address(slice_of("\x0a\0\0\x0b", 4)),
		    .offset = -3600400 * NSTIME_MS,
		    .uncertainty = 300 * NSTIME_MS,
		    .samples = 41,
		    .witnesses = 1u << WITNESS_DATE | 1u << WITNESS_TLS,
		    .said_count = 2,
		    .said =
			(struct skew_testimony[]){
			    { .witness = WITNESS_DATE,
				.believed = true,
				.offset = -3600400 * NSTIME_MS,
				.uncertainty = 300 * NSTIME_MS,
				.samples = 40 },
			    { .witness = WITNESS_ASREQ,
				.offset = -3600 * NSTIME_S,
				.samples = 3 } },
		    .shape = SHAPE_DST },
		{ .peer = endpoint_address(slice_of("\x0a\0\0\x0c", 4)),
		    .attribution = STAMP_AGENT,
		    .agent = 3,
		    .offset = 12 * NSTIME_MS,
		    .uncertainty = 45 * NSTIME_MS,
		    .samples = 3,
		    .witnesses = 1u << WITNESS_DATE },
	};
	const struct summary s = {
		.wall = EVENT_WALL,
		.packets = 350,
		.messages = 341,
		.first = EVENT_WALL - 30 * NSTIME_S,
		.last = EVENT_WALL,
		.methods = methods,
		.method_count = 2,
		.not_watched = ports,
		.port_count = 1,
		.drops = drops,
		.drop_count = 1,
		.clocks = clocks,
		.clock_count = 2,
		.findings = { [FINDING_TRANSACTION_TIMEOUT] = 2 },
		.alerts = { [FINDING_TRANSACTION_TIMEOUT] = 1 },
	};

	summary_is(&s,
	    "{\"type\":\"summary\",\"time\":\"2011-01-03T18:22:45.123456Z\","
	    "\"packets\":350,\"messages\":341,"
	    "\"first\":\"2011-01-03T18:22:15.123456Z\","
	    "\"last\":\"2011-01-03T18:22:45.123456Z\","
	    "\"drops\":{\"ipfrag.timed_out\":1},\"transactions\":{"
	    "\"INVITE\":{\"answered\":0,\"timed_out\":0,"
	    "\"unknown_asymmetric\":0,\"unknown_loss\":0,"
	    "\"unknown_gave_up\":0,\"unknown_unrepeated\":0,"
	    "\"undelivered\":3,"
	    "\"unfinished\":0},"
	    "\"SERVICE\":{\"answered\":40,\"timed_out\":1,"
	    "\"unknown_asymmetric\":0,\"unknown_loss\":0,"
	    "\"unknown_gave_up\":0,\"unknown_unrepeated\":0,"
	    "\"unfinished\":2}},"
	    "\"not_watched\":{\"5060\":17},"
	    "\"findings\":{\"transaction-timeout\":2},"
	    "\"alerts\":{\"transaction-timeout\":1},"
	    "\"clocks\":[{\"peer\":\"10.0.0.11\",\"offset_s\":-3600.4,"
	    "\"uncertainty_s\":0.3,\"samples\":41,"
	    "\"witnesses\":[\"date\",\"tls\"],"
	    "\"said\":[{\"witness\":\"date\",\"offset_s\":-3600.4,"
	    "\"uncertainty_s\":0.3,\"samples\":40,\"believed\":true},"
	    "{\"witness\":\"asreq\",\"changed_s\":-3600.0,"
	    "\"uncertainty_s\":0.0,\"samples\":3,\"believed\":false}],"
	    "\"shape\":\"dst\"},"
	    "{\"peer\":\"10.0.0.12\",\"attribution\":\"via\",\"agent\":3,"
	    "\"offset_s\":0.012,"
	    "\"uncertainty_s\":0.045,\"samples\":3,"
	    "\"witnesses\":[\"date\"]}]}");
}
END_TEST

START_TEST(without_packets_there_are_no_times)
{
	const struct summary s = { .wall = EVENT_WALL };

	summary_is(&s,
	    "{\"type\":\"summary\",\"packets\":0,\"messages\":0,\"drops\":{},"
	    "\"transactions\":{},\"not_watched\":{},\"findings\":{},"
	    "\"alerts\":{},\"clocks\":[]}");
}
END_TEST

START_TEST(a_broken_method_name_is_escaped)
{
	struct summary_method method = { .name = "A\xff" };
	const struct summary s = { .methods = &method, .method_count = 1 };
	char *text = jsonline_summary(&s);

	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, "{\"A\\\\xff\":{"));
	free(text);
}
END_TEST

START_TEST(a_repeated_alert_is_marked)
{
	struct alert_event event = event_of(FINDING_VISIBILITY, &e, "x");
	char *text;

	evidence_init(&e);
	event.repeated = true;
	text = jsonline_alert(&event);
	ck_assert_ptr_nonnull(strstr(text, "\"repeated\":true,"));
	free(text);
}
END_TEST

UNIT("jsonline", a_raised_alert_has_its_fields_in_order,
    a_resolved_alert_adds_reason_and_duration,
    every_type_of_evidence_has_its_json, seconds_print_as_the_decimal_meant,
    no_octets_can_make_the_line_fail, the_summary_has_its_fields_in_order,
    without_packets_there_are_no_times, a_broken_method_name_is_escaped,
    a_repeated_alert_is_marked)
