/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/event.h"

#include "unit/unit.h"

/* A copy refers to nothing that it was made of: all of that is overwritten. */
START_TEST(a_copied_message_stands_alone)
{
	char octets[] = "OPTIONS sip:b SIP/2.0";
	char unfolded[] = "<sip:a@x>";
	struct sip_message m = {
		.is_request = true,
		.start_line = slice_text(octets),
		.method = slice_first(slice_text(octets), 7),
		.from = slice_text(unfolded),
		.to = slice_of(octets + sizeof(octets) - 1, 0),
	};
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.message = { .octets = slice_text(octets), .message = &m },
	};
	struct event *copy = event_copy(&event);
	const struct sip_message *copied = copy->message.message;

	memset(octets, 'x', sizeof(octets));
	memset(unfolded, 'x', sizeof(unfolded));
	memset(&m, 0, sizeof(m));
	ck_assert(copied->is_request);
	ck_assert(slice_is(copy->message.octets, "OPTIONS sip:b SIP/2.0"));
	ck_assert_ptr_eq(copied->start_line.p, copy->message.octets.p);
	ck_assert(slice_is(copied->method, "OPTIONS"));
	ck_assert(slice_is(copied->from, "<sip:a@x>"));
	ck_assert_uint_eq(copied->to.len, 0);
	ck_assert_uint_eq(copied->date.len, 0);
	event_discard(copy);
}
END_TEST

START_TEST(a_copied_certificate_and_realm_stand_alone)
{
	struct x509cert certificate = { .subject = "CN=a", .not_after = 7 };
	char realm[] = "EXAMPLE.NET";
	struct observation o = {
		.kind = OBSERVATION_CERTIFICATE,
		.certificate = { .certificate = &certificate, .depth = 1 },
	};
	const struct event event = { .kind = EVENT_OBSERVED,
		.observation = &o };
	struct event *copy = event_copy(&event);

	memset(&certificate, 0, sizeof(certificate));
	ck_assert_str_eq(
	    copy->observation->certificate.certificate->subject, "CN=a");
	ck_assert_uint_eq(copy->observation->certificate.depth, 1);
	event_discard(copy);
	o = (struct observation){
		.kind = OBSERVATION_KRB_REFUSED,
		.krb_refused = { .error = 37, .realm = slice_text(realm) },
	};
	copy = event_copy(&event);
	memset(realm, 'x', sizeof(realm));
	memset(&o, 0, sizeof(o));
	ck_assert_int_eq(copy->observation->krb_refused.error, 37);
	ck_assert(
	    slice_is(copy->observation->krb_refused.realm, "EXAMPLE.NET"));
	event_discard(copy);
}
END_TEST

START_TEST(a_copied_outcome_stands_alone)
{
	char method[] = "SERVICE", line[] = "SERVICE sip:b SIP/2.0";
	char call_id[] = "1@x", branch[] = "z9hG4bK1";
	struct outcome o = {
		.event = OUTCOME_EXPIRED,
		.id = 7,
		.method = slice_text(method),
		.text = {
			.start_line = slice_text(line),
			.call_id = slice_text(call_id),
			.branch = slice_text(branch),
		},
	};
	const struct event event = { .kind = EVENT_OUTCOME, .outcome = &o };
	struct event *copy = event_copy(&event);

	memset(method, 'x', sizeof(method));
	memset(line, 'x', sizeof(line));
	memset(call_id, 'x', sizeof(call_id));
	memset(branch, 'x', sizeof(branch));
	memset(&o, 0, sizeof(o));
	ck_assert_uint_eq(copy->outcome->id, 7);
	ck_assert(slice_is(copy->outcome->method, "SERVICE"));
	ck_assert(
	    slice_is(copy->outcome->text.start_line, "SERVICE sip:b SIP/2.0"));
	ck_assert(slice_is(copy->outcome->text.call_id, "1@x"));
	ck_assert(slice_is(copy->outcome->text.branch, "z9hG4bK1"));
	ck_assert_uint_eq(copy->outcome->text.from.len, 0);
	event_discard(copy);
}
END_TEST

START_TEST(those_of_one_packet_are_ordered_by_their_numbers)
{
	const struct event a = {
		.now = 1, .packet = 1, .flow = 9, .sequence = 1
	};
	const struct event b = {
		.now = 1, .packet = 1, .flow = 2, .sequence = 2
	};

	ck_assert(event_before(&a, &b));
	ck_assert(!event_before(&b, &a));
	ck_assert(!event_before(&a, &a));
}
END_TEST

START_TEST(a_copied_record_of_a_log_stands_alone)
{
	char record[] = "LogType: diagnostic";
	const struct event event = {
		.kind = EVENT_LOGGED,
		.logged = { .uas = { .port = 5062 },
		    .record = slice_text(record) },
	};
	struct event *copy = event_copy(&event);

	memset(record, 'x', sizeof(record));
	ck_assert(slice_is(copy->logged.record, "LogType: diagnostic"));
	ck_assert_uint_eq(copy->logged.uas.port, 5062);
	event_discard(copy);
}
END_TEST

START_TEST(other_events_are_copied_as_they_are)
{
	const struct event event = {
		.kind = EVENT_FLOW, .flow = 7, .facts = { .ended = true }
	};
	struct event *copy = event_copy(&event);

	ck_assert_uint_eq(copy->flow, 7);
	ck_assert(copy->facts.ended);
	event_discard(copy);
	event_discard(NULL);
}
END_TEST

/* ASan sees whatever goes beyond. */
START_TEST(a_copy_takes_exactly_what_was_said)
{
	struct sip_message m = { .from = slice_text("unfolded") };
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.message = { .octets = slice_text("OPTIONS"), .message = &m },
	};
	void *where = malloc(event_octets(&event));
	const struct event *copy = event_place(&event, where);

	ck_assert_ptr_eq(copy, where);
	ck_assert(slice_is(copy->message.octets, "OPTIONS"));
	ck_assert(slice_is(copy->message.message->from, "unfolded"));
	free(where);
}
END_TEST

START_TEST(time_then_packet_then_task_then_flow_order_events)
{
	const struct event events[] = {
		{ .now = 1, .packet = 9, .task = EVENT_BY_END, .flow = 9 },
		{ .now = 2, .packet = 0, .task = EVENT_BY_END, .flow = 9 },
		{ .now = 2, .packet = 1, .task = EVENT_BY_PACKET, .flow = 9 },
		{ .now = 2,
		    .packet = 1,
		    .task = EVENT_BY_TCP_TIMER,
		    .flow = 3 },
		{ .now = 2,
		    .packet = 1,
		    .task = EVENT_BY_TCP_TIMER,
		    .flow = 4 },
	};
	const struct event of_one_packet = { .now = 2, .packet = 1, .flow = 4 };
	const size_t count = sizeof(events) / sizeof(events[0]);

	for (size_t a = 0; a < count; a++)
		for (size_t b = 0; b < count; b++)
			ck_assert_int_eq(
			    event_before(&events[a], &events[b]), a < b);
	ck_assert(!event_before(&of_one_packet, &events[2]));
}
END_TEST

START_TEST(agents_of_one_address_have_numbers_of_their_own)
{
	const uint8_t octets[] = { 192, 0, 2, 1 };
	struct event_agent a = {
		.address = endpoint_address(slice_of(octets, 4)),
	};
	const uint16_t first = event_agent_number(&a);

	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(event_agent_number(&a), first);
	a.number = 1;
	ck_assert_uint_ne(event_agent_number(&a), first);
}
END_TEST

UNIT("event", agents_of_one_address_have_numbers_of_their_own,
    a_copied_message_stands_alone, a_copied_certificate_and_realm_stand_alone,
    a_copied_outcome_stands_alone,
    those_of_one_packet_are_ordered_by_their_numbers,
    a_copied_record_of_a_log_stands_alone, other_events_are_copied_as_they_are,
    a_copy_takes_exactly_what_was_said,
    time_then_packet_then_task_then_flow_order_events)
