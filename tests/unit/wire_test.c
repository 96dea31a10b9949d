/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/wire.h"

#include "net/inner/tcp.h"
#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct wire_writer *writer;
static struct wire_reader *reader;
static const struct wire_header header = {
	.name = "edge-1",
	.run = 7,
	.sequence = 3,
	.reached = NOW + NSTIME_S,
	.messages = 12,
};

static void
begin(void)
{
	writer = wire_writer_new();
	reader = wire_reader_new();
	ck_assert(writer != NULL && reader != NULL);
	wire_begin(writer, NOW, NOW + 5 * NSTIME_S);
}

static void
end(void)
{
	wire_writer_free(writer);
	wire_reader_free(reader);
}

static void
put_event(const struct event *event)
{
	ck_assert(wire_put(writer,
	    &(struct wire_item){ .kind = WIRE_EVENT, .event = *event }));
}

static void
put_observation(const struct observation *o)
{
	put_event(&(struct event){ .kind = EVENT_OBSERVED,
	    .now = NOW,
	    .wall = NOW,
	    .observation = o });
}

/* The one item of the batch. */
static struct wire_item
travel(void)
{
	struct wire_header h;
	struct wire_item item, rest;

	ck_assert(wire_open(reader, wire_end(writer, &header), &h));
	ck_assert_str_eq(h.name, "edge-1");
	ck_assert_uint_eq(h.sequence, 3);
	ck_assert_int_eq(h.wall - h.now, 5 * NSTIME_S);
	ck_assert_int_eq(wire_next(reader, &item), WIRE_ITEM);
	ck_assert_int_eq(wire_next(reader, &rest), WIRE_OVER);
	return item;
}

START_TEST(a_message_keeps_what_an_alert_quotes_and_loses_its_body)
{
	struct sip_message m;
	struct event e = fleet_message(&m, "call", 0, NOW + 3);
	struct wire_item item;

	begin();
	m.body = slice_text("secret");
	e.message.origin.watched = true;
	put_event(&e);
	/* Items are borrowed until the next call: the last is looked at. */
	ck_assert_ptr_null(memmem(wire_end(writer, &header).p,
	    wire_end(writer, &header).len, "secret", 6));
	ck_assert(wire_open(
	    reader, wire_end(writer, &header), &(struct wire_header){ 0 }));
	ck_assert_int_eq(wire_next(reader, &item), WIRE_ITEM);
	ck_assert(item.event.message.read);
	ck_assert(item.event.message.origin.watched);
	ck_assert_int_eq(item.event.now, NOW + 3);
	ck_assert(slice_is(item.event.message.message->call_id, "call"));
	ck_assert(slice_is(item.event.message.message->method, "SERVICE"));
	ck_assert_uint_eq(item.event.message.origin.to.port, 5062);
	end();
}
END_TEST

START_TEST(a_half_takes_14_octets_between_known_hosts_and_a_response_12)
{
	struct wire_half half = {
		.call = UINT64_MAX,
		.leg = 0xffffff,
		.is_request = true,
		.client = fleet_host(1, 0).address,
		.server = fleet_host(2, 5062),
		.now = NOW - 500 * NSTIME_MS,
	};
	struct wire_item item;
	size_t before;

	begin();
	ck_assert(wire_put(
	    writer, &(struct wire_item){ .kind = WIRE_HALF, .half = half }));
	item = travel();
	ck_assert_uint_eq(item.half.call, half.call);
	ck_assert_uint_eq(item.half.leg, half.leg);
	ck_assert(endpoint_equal(&item.half.server, &half.server));
	ck_assert(endpoint_address_equal(&item.half.client, &half.client));
	ck_assert_int_eq(item.half.now, NOW);
	before = wire_length(writer);
	wire_put(
	    writer, &(struct wire_item){ .kind = WIRE_HALF, .half = half });
	ck_assert_uint_eq(wire_length(writer) - before, 14);
	half.is_request = false;
	before = wire_length(writer);
	wire_put(
	    writer, &(struct wire_item){ .kind = WIRE_HALF, .half = half });
	ck_assert_uint_eq(wire_length(writer) - before, 12);
	end();
}
END_TEST

START_TEST(a_half_has_the_port_of_its_server_and_the_next_the_same)
{
	static const uint16_t ports[] = { 5062, 5062, 5060, 0, UINT16_MAX };
	struct wire_header h;
	struct wire_item item;

	begin();
	for (size_t i = 0; i < 5; i++)
		ck_assert(wire_put(writer,
		    &(struct wire_item){
			.kind = WIRE_HALF,
			.half = { .call = 1,
			    .leg = 1,
			    .is_request = true,
			    .server = fleet_host(2, ports[i]) },
		    }));
	ck_assert(wire_open(reader, wire_end(writer, &header), &h));
	for (size_t i = 0; i < 5; i++) {
		ck_assert_int_eq(wire_next(reader, &item), WIRE_ITEM);
		ck_assert(item.half.is_request);
		ck_assert_uint_eq(item.half.server.port, ports[i]);
	}
	end();
}
END_TEST

START_TEST(a_method_like_the_one_before_takes_no_octets)
{
	static const char *const methods[] = { "INVITE", "INVITE", "", "BYE" };
	static const size_t octets[] = { 8 + 7, 4, 4 + 1, 4 + 4 };
	struct wire_header h;
	struct wire_item item = { .kind = WIRE_TALLY };

	begin();
	for (size_t i = 0; i < 4; i++) {
		const size_t before = wire_length(writer);

		item.tally = (struct wire_tally){ .server = fleet_host(2, 0),
			.answered = i };
		memcpy(item.tally.method, methods[i], strlen(methods[i]) + 1);
		ck_assert(wire_put(writer, &item));
		ck_assert_uint_eq(wire_length(writer) - before, octets[i]);
	}
	ck_assert(wire_open(reader, wire_end(writer, &header), &h));
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(wire_next(reader, &item), WIRE_ITEM);
		ck_assert_str_eq(item.tally.method, methods[i]);
		ck_assert_uint_eq(item.tally.answered, i);
	}
	end();
}
END_TEST

START_TEST(a_header_comes_out_as_it_went_in)
{
	struct wire_header in = header, h;

	begin();
	in.run = UINT64_C(1764691200123456789);
	in.reached = NOW + 123456789;
	ck_assert(wire_open(reader, wire_end(writer, &in), &h));
	ck_assert_str_eq(h.name, "edge-1");
	ck_assert_uint_eq(h.run, in.run);
	ck_assert_uint_eq(h.messages, 12);
	ck_assert_uint_eq(h.drops, 0);
	ck_assert_int_eq(h.now, NOW);
	ck_assert_int_eq(h.reached, in.reached);
	in.messages = 0;
	in.drops = 3;
	in.reached = NOW - 1;
	wire_begin(writer, NOW + 1999999, NOW + 2999);
	ck_assert(wire_open(reader, wire_end(writer, &in), &h));
	ck_assert_uint_eq(h.messages, 0);
	ck_assert_uint_eq(h.drops, 3);
	ck_assert_int_eq(h.now, NOW + NSTIME_MS);
	ck_assert_int_eq(h.wall - h.now, 2999 - 1999999 + 0);
	ck_assert_int_eq(h.reached, NOW - 1);
	end();
}
END_TEST

START_TEST(a_header_of_a_batch_of_halves_takes_30_octets)
{
	struct wire_header in = {
		.name = "edge-1",
		.run = UINT64_C(1764691200123000000),
		.sequence = 1000,
		.reached = NOW + NSTIME_S,
	};

	begin();
	wire_end(writer, &in);
	wire_begin(writer, NOW, NOW);
	ck_assert_uint_eq(wire_end(writer, &in).len, 30);
	end();
}
END_TEST

START_TEST(facts_of_each_kind_come_out_as_they_went_in)
{
	const struct x509cert certificate = {
		.subject = "CN=a", .not_after = 1400000000, .serial_len = 3
	};
	struct wire_item item;

	begin();
	put_observation(&(struct observation){
	    .kind = OBSERVATION_FAILED,
	    .now = NOW,
	    .wall = NOW,
	    .failure = { .class = CONNECTION_TLS_ALERT,
		.client = fleet_host(1, 4000),
		.server = fleet_host(2, 5062),
		.tls_alert = 45,
		.tls_alert_name = "certificate_expired",
		.tls_version = "TLSv1.2",
		.now = NOW,
		.wall = NOW },
	});
	item = travel();
	ck_assert_int_eq(item.event.observation->failure.tls_alert, 45);
	ck_assert_str_eq(
	    item.event.observation->failure.tls_version, "TLSv1.2");
	ck_assert_str_eq(item.event.observation->failure.tls_alert_name,
	    "certificate_expired");
	ck_assert_int_eq(item.event.observation->failure.began, 0);
	wire_begin(writer, NOW, NOW + 5 * NSTIME_S);
	put_observation(&(struct observation){
	    .kind = OBSERVATION_CERTIFICATE,
	    .now = NOW,
	    .wall = NOW,
	    .certificate = { .certificate = &certificate,
		.now = NOW,
		.wall = NOW },
	});
	item = travel();
	ck_assert_str_eq(
	    item.event.observation->certificate.certificate->subject, "CN=a");
	end();
}
END_TEST

START_TEST(times_are_moved_to_the_axis_of_the_reader)
{
	struct wire_header h;
	struct wire_item item;

	begin();
	put_event(&(struct event){ .kind = EVENT_FLOW,
	    .now = NOW,
	    .wall = NOW,
	    .facts.ways = { { .last_gap = INT64_MIN, .hung_up = NSTIME_NEVER },
		{ .last_gap = NOW - NSTIME_S, .hung_up = NOW } } });
	ck_assert(wire_open(reader, wire_end(writer, &header), &h));
	wire_shift(reader, 100, 200);
	ck_assert_int_eq(wire_next(reader, &item), WIRE_ITEM);
	ck_assert_int_eq(item.event.now, NOW + 100);
	ck_assert_int_eq(item.event.wall, NOW + 200);
	ck_assert_int_eq(item.event.facts.ways[0].last_gap, INT64_MIN);
	ck_assert_int_eq(item.event.facts.ways[0].hung_up, NSTIME_NEVER);
	ck_assert_int_eq(
	    item.event.facts.ways[1].last_gap, NOW - NSTIME_S + 100);
	end();
}
END_TEST

static const struct event a_segment = {
	.kind = EVENT_SEGMENT,
	.flow = 12345,
	.now = NOW + 1500,
	.segment = { .sctp = true,
	    .second = true,
	    .told = true,
	    .from = { { { 192, 0, 2, 1 }, 4 }, 40000 },
	    .to = { { { 192, 0, 2, 2 }, 4 }, 5061 },
	    .to_is_server = true,
	    .base = 0xfedcba98,
	    .sequence = 0xfedcba99,
	    .acknowledgement = 7,
	    .flags = TCP_ACK | TCP_FIN,
	    .closed = true,
	    .len = 1460,
	    .content = { (const uint8_t *)"gist", 4 } },
};

START_TEST(a_segment_travels_to_the_microsecond)
{
	struct wire_item item;
	const struct event_segment *s = &item.event.segment;

	begin();
	put_event(&a_segment);
	item = travel();
	ck_assert_int_eq(item.event.now, NOW + 1000);
	ck_assert_int_eq(item.event.wall, NOW + 1000 + 5 * NSTIME_S);
	ck_assert_uint_eq(item.event.flow, 12345);
	ck_assert(s->sctp && s->second && s->told && s->closed && !s->cut);
	ck_assert(endpoint_equal(&s->from, &a_segment.segment.from));
	ck_assert(endpoint_equal(&s->to, &a_segment.segment.to));
	ck_assert(s->to_is_server && !s->from_is_server);
	ck_assert_uint_eq(s->base, 0xfedcba98);
	ck_assert_uint_eq(s->sequence, 0xfedcba99);
	ck_assert_uint_eq(s->acknowledgement, 7);
	ck_assert_uint_eq(s->flags, TCP_ACK | TCP_FIN);
	ck_assert_uint_eq(s->len, 1460);
	ck_assert(slice_is(s->content, "gist"));
	end();
}
END_TEST

/* Some of everything. */
static struct slice
fill(void)
{
	struct sip_message m;
	const struct event e = fleet_message(&m, "call", 0, NOW);
	const struct wire_item tally = {
		.kind = WIRE_TALLY,
		.tally = { fleet_host(2, 5062), "SERVICE", 12 },
	};

	put_event(&e);
	put_event(&(struct event){ .kind = EVENT_PACKET,
	    .now = NOW,
	    .wall = NOW,
	    .packet_of = {
		fleet_host(1, 0).address, fleet_host(3, 0).address } });
	put_observation(&(struct observation){ .kind = OBSERVATION_CLOCK,
	    .now = NOW,
	    .wall = NOW,
	    .stamp = { .peer = fleet_host(2, 0).address,
		.witness = WITNESS_HEP,
		.attribution = STAMP_AGENT,
		.agent = UINT32_MAX,
		.told = NOW - 3600 * NSTIME_S,
		.resolution = NSTIME_S,
		.wall = NOW,
		.now = NOW } });
	put_observation(&(struct observation){ .kind = OBSERVATION_REFUSED,
	    .now = NOW,
	    .wall = NOW,
	    .refused = { .status = 403,
		.phrase = slice_text("Stale Date"),
		.now = NOW,
		.wall = NOW } });
	ck_assert(wire_put(writer, &tally));
	put_event(&a_segment);
	return wire_end(writer, &header);
}

START_TEST(cut_at_every_octet_it_is_broken_or_shorter_and_never_read_past)
{
	struct slice whole;
	unsigned over = 0;

	begin();
	whole = fill();
	for (size_t len = 0; len <= whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));
		struct wire_header h;
		struct wire_item item;
		enum wire_answer answer = WIRE_BROKEN;

		if (wire_open(reader, slice_of(exact, len), &h))
			while ((answer = wire_next(reader, &item)) == WIRE_ITEM)
				continue;
		over += answer == WIRE_OVER;
		free(exact);
	}
	/* After the header, and after each of the six items. */
	ck_assert_uint_eq(over, 7);
	end();
}
END_TEST

START_TEST(another_version_is_refused_whole)
{
	struct wire_header h = { .run = 99 };
	struct slice whole;
	uint8_t *exact;

	begin();
	whole = fill();
	exact = unit_exact(whole);
	exact[2]++;
	ck_assert(!wire_open(reader, slice_of(exact, whole.len), &h));
	ck_assert_uint_eq(h.run, 99);
	free(exact);
	end();
}
END_TEST

START_TEST(what_does_not_fit_leaves_the_batch_as_it_was)
{
	struct sip_message m;
	const struct event e = fleet_message(&m, "call", 0, NOW);
	const struct wire_item item = { .kind = WIRE_EVENT, .event = e };
	struct wire_item read;
	unsigned put = 0, taken = 0;
	size_t before = 0;

	begin();
	while (wire_put(writer, &item)) {
		before = wire_length(writer);
		put++;
	}
	ck_assert_uint_eq(wire_length(writer), before);
	ck_assert(wire_open(
	    reader, wire_end(writer, &header), &(struct wire_header){ 0 }));
	while (wire_next(reader, &read) == WIRE_ITEM)
		taken++;
	ck_assert_uint_eq(taken, put);
	end();
}
END_TEST

START_TEST(a_request_its_ack_and_its_response_are_of_one_call)
{
	struct sip_message request, response, ack;

	fleet_message(&request, "a", 0, NOW);
	fleet_message(&response, "a", 200, NOW);
	fleet_message(&ack, "a", 0, NOW);
	request.method = response.method = slice_text("INVITE");
	ack.method = slice_text("ACK");
	ck_assert_uint_eq(wire_call(&request), wire_call(&response));
	ck_assert_uint_eq(wire_leg(&request), wire_leg(&response));
	ck_assert_uint_eq(wire_leg(&request), wire_leg(&ack));
	response.via_branch = slice_text("z9hG4bK2");
	ck_assert_uint_ne(wire_leg(&request), wire_leg(&response));
	fleet_message(&response, "b", 200, NOW);
	ck_assert_uint_ne(wire_call(&request), wire_call(&response));
}
END_TEST

START_TEST(a_batch_that_has_begun_does_not_begin_again_until_it_is_ended)
{
	struct wire_header h;
	size_t before;

	begin();
	ck_assert(wire_begun(writer));
	ck_assert(wire_put(writer,
	    &(struct wire_item){
		.kind = WIRE_HALF,
		.half = { .call = 1, .leg = 1, .now = NOW },
	    }));
	before = wire_length(writer);
	wire_begin(writer, NOW + NSTIME_S, NOW);
	ck_assert_uint_eq(wire_length(writer), before);
	ck_assert(wire_open(reader, wire_end(writer, &header), &h));
	ck_assert_int_eq(h.now, NOW);
	ck_assert(!wire_begun(writer));
	wire_begin(writer, NOW + NSTIME_S, NOW);
	ck_assert_uint_eq(wire_length(writer), 0);
	ck_assert(wire_open(reader, wire_end(writer, &header), &h));
	ck_assert_int_eq(h.now, NOW + NSTIME_S);
	end();
}
END_TEST

UNIT("wire", a_message_keeps_what_an_alert_quotes_and_loses_its_body,
    a_half_takes_14_octets_between_known_hosts_and_a_response_12,
    a_half_has_the_port_of_its_server_and_the_next_the_same,
    a_method_like_the_one_before_takes_no_octets,
    a_header_comes_out_as_it_went_in,
    a_header_of_a_batch_of_halves_takes_30_octets,
    facts_of_each_kind_come_out_as_they_went_in,
    a_segment_travels_to_the_microsecond,
    times_are_moved_to_the_axis_of_the_reader,
    cut_at_every_octet_it_is_broken_or_shorter_and_never_read_past,
    another_version_is_refused_whole,
    what_does_not_fit_leaves_the_batch_as_it_was,
    a_request_its_ack_and_its_response_are_of_one_call,
    a_batch_that_has_begun_does_not_begin_again_until_it_is_ended)
