/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/streams.h"

#include "unit/outcomes.h"
#include "unit/hex.h"
#include "unit/tlsvectors.h"
#include "unit/tlswire.h"

#define THERE TCPREASM_TO_SERVER
#define BACK TCPREASM_TO_CLIENT
#define REQUEST                                                                \
	"OPTIONS sip:b@x SIP/2.0\r\nCSeq: 1 OPTIONS\r\n"                       \
	"Content-Length: 2\r\n\r\nab"

static struct {
	struct streams *streams;
	struct streams_limits limits;
	struct sightings *sightings;
	struct tcpreasm *tcp;
	void *user;
	uint16_t port;
	uint64_t offsets[2], lost;
	nstime now;
	struct secrets *secrets;
	unsigned read, unread, messages, decrypted, flows, unanswered, opened,
	    unseen, answered, failed, certificates, stamps;
} on;

static void
hear_message(void *arg, const struct tcpreasm_event *e,
    const struct streampart *part, const struct framing_event *f)
{
	(void)arg;
	ck_assert_uint_eq(e->connection, 1);
	if (part->transport == TRANSPORT_TLS) {
		ck_assert(slice_is(f->octets,
		    part->direction == STREAMPART_TO_SERVER
			? TLSVECTORS_REQUEST
			: TLSVECTORS_ANSWER));
		on.decrypted++;
		return;
	}
	ck_assert(slice_is(f->octets, REQUEST));
	on.messages++;
}

static void
hear_flow(void *arg, const struct tcpreasm_event *e)
{
	(void)arg;
	ck_assert_uint_eq(e->connection, 1);
	on.flows++;
}

static void
hear_unanswered(void *arg, const struct tcpreasm_event *e)
{
	(void)arg;
	ck_assert_int_eq(e->fact, TCPREASM_UNANSWERED);
	on.unanswered++;
}

static void
hear_sighting(void *arg, const struct event *e)
{
	(void)arg;
	on.stamps += e->kind == EVENT_STAMP;
}

static void
hear(void *arg, uint64_t flow, const struct observation *o)
{
	(void)arg;
	ck_assert_uint_eq(flow, 1);
	on.failed += o->kind == OBSERVATION_FAILED;
	on.certificates += o->kind == OBSERVATION_CERTIFICATE;
	on.opened += o->kind == OBSERVATION_WORKED &&
	    o->success.stage == CONNECTION_OPENED;
	on.unseen += o->kind == OBSERVATION_UNSEEN;
	on.read += o->kind == OBSERVATION_DECRYPTED;
	on.unread += o->kind == OBSERVATION_UNDECRYPTED;
	on.answered += o->kind == OBSERVATION_WORKED &&
	    o->success.stage == CONNECTION_ANSWERED;
}

static void
nothing(void *arg, const struct tcpreasm_event *e)
{
	(void)arg;
	(void)e;
}

static void
begin(uint16_t port)
{
	const struct tcpreasm_limits tcp = { .connections = 1 };

	memset(&on, 0, sizeof(on));
	on.port = port;
	on.limits = (struct streams_limits){
		.max_message = 4096,
		.tls = { .octets = 1 << 16, .certificates = 4 },
	};
	portset_add(&on.limits.sip_ports, 5062);
	on.sightings = sightings_new(0, hear_sighting, NULL);
	on.tcp = tcpreasm_new(&tcp, nothing, NULL);
	on.secrets = secrets_new(
	    &(struct secrets_limits){ .sessions = 4, .resumptions = 4 });
	on.limits.decrypt = (struct decrypt_limits){
		.connections = 4,
		.held = 1 << 16,
		.connection = 1 << 16,
		.handshakes = 1 << 16,
		.wait = NSTIME_S,
	};
	on.streams = streams_new(&on.limits,
	    &(struct streams_output){
		.message = hear_message,
		.flow = hear_flow,
		.unanswered = hear_unanswered,
		.observation = hear,
		.sightings = on.sightings,
		.secrets = on.secrets,
	    });
}

/* The octets have a buffer of their exact size. */
static void
tell(enum tcpreasm_fact fact, enum tcpreasm_direction direction,
    struct slice octets)
{
	const struct context context = { .tcp = on.tcp,
		.last_drop = INT64_MIN };
	uint8_t *exact = unit_exact(octets);

	streams_input(on.streams, &context,
	    &(struct tcpreasm_event){
		.fact = fact,
		.connection = 1,
		.client = outcomes_endpoint("192.0.2.1", 40000),
		.server = outcomes_endpoint("192.0.2.2", on.port),
		.direction = direction,
		.octets = slice_of(exact, octets.len),
		.lost = on.lost,
		.offset = on.offsets[direction],
		.now = on.now,
		.wall = on.now,
		.user = &on.user,
	    });
	on.offsets[direction] += octets.len;
	on.now += NSTIME_MS;
	free(exact);
}

static void
fact(enum tcpreasm_fact what)
{
	tell(what, THERE, slice_of(NULL, 0));
}

/* Cut in two at `cut'. */
static void
data(enum tcpreasm_direction direction, struct slice octets, size_t cut)
{
	if (cut > 0)
		tell(TCPREASM_DATA, direction, slice_first(octets, cut));
	if (cut < octets.len)
		tell(TCPREASM_DATA, direction, slice_after(octets, cut));
}

static void
end(void)
{
	fact(TCPREASM_FORGOTTEN);
	ck_assert_ptr_null(on.user);
	ck_assert_int_eq(streams_next_deadline(on.streams), NSTIME_NEVER);
	streams_free(on.streams);
	secrets_free(on.secrets);
	sightings_free(on.sightings);
	tcpreasm_free(on.tcp);
}

START_TEST(sip_is_cut_out_wherever_tcp_cuts_it)
{
	const struct slice request = slice_text(REQUEST);

	for (size_t cut = 0; cut <= request.len; cut++) {
		begin(5062);
		fact(TCPREASM_OPENED);
		data(THERE, request, cut);
		data(BACK, slice_text("\r\n"), 1);
		ck_assert_uint_eq(on.messages, 1);
		ck_assert_uint_eq(on.opened, 1);
		ck_assert_uint_eq(on.answered, 1);
		end();
	}
}
END_TEST

/* What follows is the rest of a message that was cut by the capture. */
START_TEST(a_connection_may_begin_with_a_gap)
{
	begin(5062);
	on.lost = 100;
	fact(TCPREASM_GAP);
	ck_assert_ptr_nonnull(on.user);
	on.lost = 0;
	data(THERE, slice_text("half a body" REQUEST), 20);
	ck_assert_uint_eq(on.messages, 1);
	end();
}
END_TEST

START_TEST(the_facts_of_a_flow_with_messages_are_told_when_they_change)
{
	begin(5062);
	fact(TCPREASM_OPENED);
	fact(TCPREASM_ACKNOWLEDGED);
	ck_assert_uint_eq(on.flows, 0);
	data(THERE, slice_text(REQUEST), 0);
	ck_assert_uint_eq(on.flows, 1);
	data(THERE, slice_text(REQUEST), 0);
	ck_assert_uint_eq(on.flows, 1);
	fact(TCPREASM_ACKNOWLEDGED);
	fact(TCPREASM_RESENT);
	fact(TCPREASM_REPLACED);
	ck_assert_uint_eq(on.flows, 4);
	end();
	ck_assert_uint_eq(on.flows, 5);
}
END_TEST

START_TEST(certificates_are_told_wherever_tcp_cuts_them)
{
	static struct tlswire chain, flight, records;

	chain.len = flight.len = records.len = 0;
	tlswire_chain(&chain, &(struct tlswire_certificate){ .serial = 1 }, 1);
	tlswire_handshake(&flight, 11, tlswire_slice(&chain));
	tlswire_record(&records, 22, 0x0303, tlswire_slice(&flight));
	for (size_t cut = 0; cut <= records.len; cut++) {
		begin(5062);
		fact(TCPREASM_OPENED);
		data(BACK, tlswire_slice(&records), cut);
		ck_assert_uint_eq(on.certificates, 1);
		ck_assert_uint_eq(on.messages, 0);
		end();
	}
}
END_TEST

START_TEST(what_came_to_nothing_takes_no_memory)
{
	begin(5062);
	fact(TCPREASM_REFUSED);
	ck_assert_ptr_null(on.user);
	fact(TCPREASM_UNANSWERED);
	ck_assert_ptr_null(on.user);
	ck_assert_uint_eq(on.unanswered, 1);
	ck_assert_uint_eq(on.failed, 1);
	end();
}
END_TEST

START_TEST(other_ports_are_of_witnesses_alone)
{
	begin(445);
	fact(TCPREASM_OPENED);
	data(THERE, slice_text(REQUEST), 0);
	ck_assert_uint_eq(on.messages, 0);
	ck_assert_uint_eq(on.opened, 0);
	end();
}
END_TEST

/* Nothing is lost of what the rooms hold: the leak checker sees to that. */
START_TEST(connections_outlive_the_ports_they_came_on)
{
	begin(5062);
	fact(TCPREASM_OPENED);
	data(THERE, slice_text("\x16\x03\x01"), 0);
	on.limits.sip_ports = (struct portset){ .bits = { 0 } };
	streams_set(on.streams, &on.limits);
	fact(TCPREASM_CLOSED);
	end();
	begin(445);
	data(THERE, slice_of("\0\0\0\x40\xff", 5), 0);
	portset_add(&on.limits.sip_ports, 445);
	streams_set(on.streams, &on.limits);
	data(THERE, slice_text(REQUEST), 0);
	ck_assert_uint_eq(on.messages, 0);
	end();
}
END_TEST

static void
tell_vector(const struct tlsvector *v)
{
	for (; v->hex != NULL; v++) {
		uint8_t *octets;
		const struct slice segment = hex_octets(v->hex, &octets);

		tell(TCPREASM_DATA, (enum tcpreasm_direction)v->from, segment);
		free(octets);
	}
}

START_TEST(decrypted_octets_are_framed_as_messages_over_tls)
{
	struct keylog_lines lines = { .len = 0 };

	begin(5062);
	secrets_keylog(on.secrets, &lines, slice_text(tls13_keylog));
	tell_vector(tls13);
	ck_assert_uint_eq(on.decrypted, 2);
	ck_assert_uint_eq(on.messages, 0);
	ck_assert_uint_eq(on.read, 1);
	ck_assert_uint_eq(on.unread, 0);
	end();
}
END_TEST

START_TEST(the_secret_of_another_connection_frames_nothing)
{
	struct keylog_lines lines = { .len = 0 };
	struct decrypt_counts counts;

	begin(5062);
	secrets_keylog(on.secrets, &lines, slice_text(tls12_rsa_keylog));
	tell_vector(tls13);
	ck_assert_uint_eq(on.decrypted, 0);
	ck_assert_uint_eq(on.unread, 0);
	streams_finish(on.streams,
	    &(struct context){ .tcp = on.tcp, .last_drop = INT64_MIN }, on.now);
	ck_assert_uint_eq(on.unread, 1);
	ck_assert(streams_decrypted(on.streams, &counts));
	ck_assert_uint_eq(counts.opened, 0);
	ck_assert_uint_eq(counts.refused[DECRYPT_EPHEMERAL], 1);
	end();
}
END_TEST

static void
time_exchanges(void)
{
	on.limits.exchanges = (struct exchanges_limits){
		.ports = on.limits.sip_ports,
		.patience = 34 * NSTIME_S,
		.transaction = 32 * NSTIME_S,
	};
	on.limits.decrypt.expected = true;
	streams_set(on.streams, &on.limits);
}

static void
ask_encrypted(void)
{
	static const uint8_t request[512] = { 0x17, 3, 3, 1, 251 };

	data(THERE, slice_of(request, sizeof(request)), 0);
}

static void
tick_attempts(void)
{
	const struct context context = { .tcp = on.tcp };

	streams_tick_attempts(on.streams, &context, on.now, on.now);
}

static void
wait_for_answers(void)
{
	const struct context context = { .tcp = on.tcp };

	on.now += 60 * NSTIME_S;
	streams_tick_exchanges(on.streams, &context, on.now, on.now);
}

START_TEST(an_encrypted_request_awaits_its_answer)
{
	begin(5062);
	time_exchanges();
	ask_encrypted();
	wait_for_answers();
	ck_assert_uint_eq(on.unseen, 1);
	end();
}
END_TEST

START_TEST(of_a_forgotten_connection_no_answer_is_awaited)
{
	begin(5062);
	time_exchanges();
	ask_encrypted();
	end();
}
END_TEST

START_TEST(once_it_is_decrypted_no_answer_is_guessed_at)
{
	struct keylog_lines lines = { .len = 0 };

	begin(5062);
	time_exchanges();
	tell_vector(tls13);
	on.now += 40 * NSTIME_S;
	ask_encrypted();
	secrets_keylog(on.secrets, &lines, slice_text(tls13_keylog));
	tick_attempts();
	ck_assert_uint_eq(on.read, 1);
	wait_for_answers();
	ck_assert_uint_eq(on.unseen, 0);
	end();
}
END_TEST

UNIT("streams", an_encrypted_request_awaits_its_answer,
    once_it_is_decrypted_no_answer_is_guessed_at,
    of_a_forgotten_connection_no_answer_is_awaited,
    decrypted_octets_are_framed_as_messages_over_tls,
    the_secret_of_another_connection_frames_nothing,
    sip_is_cut_out_wherever_tcp_cuts_it, a_connection_may_begin_with_a_gap,
    the_facts_of_a_flow_with_messages_are_told_when_they_change,
    certificates_are_told_wherever_tcp_cuts_them,
    what_came_to_nothing_takes_no_memory, other_ports_are_of_witnesses_alone,
    connections_outlive_the_ports_they_came_on)
