/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/sightings.h"

#include "unit.h"

/* 2010-11-13 23:29:00 UTC */
#define UNIX 1289690940
#define START (UNIX * NSTIME_S)

static struct sightings *sightings;

static struct {
	unsigned stamps, serves, krb_refused, successes;
	bool learn;
	uint64_t flow;
	struct agreement_teller teller;
	struct event_speaker speaker;
	struct stamp stamp;
	struct endpoint a, b;
	struct stale_refusal krb;
} on;

static void
hear_observation(const struct observation *o)
{
	on.serves += o->kind == OBSERVATION_SERVES_TIME;
	on.krb_refused += o->kind == OBSERVATION_KRB_REFUSED;
	on.successes += o->kind == OBSERVATION_KRB_SUCCESS;
	if (o->kind == OBSERVATION_KRB_REFUSED)
		on.krb = o->krb_refused;
	on.a = o->a;
	on.b = o->b;
}

static void
hear(void *arg, const struct event *e)
{
	(void)arg;
	if (e->kind == EVENT_OBSERVED) {
		hear_observation(e->observation);
		return;
	}
	ck_assert_int_eq(e->kind, EVENT_STAMP);
	on.stamps++;
	on.flow = e->flow;
	on.stamp = e->stamp.stamp;
	on.learn = e->stamp.learn;
	on.teller = e->stamp.teller;
	on.speaker = e->stamp.speaker;
}

static void
begin(unsigned muted)
{
	memset(&on, 0, sizeof(on));
	sightings = sightings_new(muted, hear, NULL);
	ck_assert_ptr_nonnull(sightings);
}

static struct endpoint
end_of(unsigned n, uint16_t port)
{
	return (struct endpoint){ .port = port,
		.address = {
		    .version = 4, .octets = { 10, 0, 0, (uint8_t)n } } };
}

static void
datagram(
    struct slice payload, struct endpoint from, struct endpoint to, nstime now)
{
	const struct packet packet = { .now = now, .wall = START + now };

	sightings_datagram(sightings,
	    &(struct decode_event){
		.transport = DECODE_UDP,
		.packet = &packet,
		.from = from,
		.to = to,
		.udp = { .payload = payload },
	    });
}

/* The clock of who sends it shows START + `shows'. */
static struct slice
ntp_of(unsigned mode, unsigned stratum, nstime shows)
{
	static uint8_t octets[48];
	const uint64_t seconds =
	    (uint64_t)(UNIX + shows / NSTIME_S) + 2208988800;

	memset(octets, 0, sizeof(octets));
	octets[0] = (uint8_t)(4 << 3 | mode);
	octets[1] = (uint8_t)stratum;
	for (unsigned i = 0; i < 4; i++)
		octets[40 + i] = (uint8_t)(seconds >> (24 - 8 * i));
	return slice_of(octets, sizeof(octets));
}

static void
ntp(unsigned mode, unsigned stratum, nstime now, nstime ahead)
{
	const bool asks = mode == 1 || mode == 3;

	datagram(ntp_of(mode, stratum, now + ahead),
	    asks ? end_of(9, 123) : end_of(1, 123),
	    asks ? end_of(1, 123) : end_of(9, 123), now);
}

START_TEST(a_time_server_tells_its_clock_and_whom_it_serves)
{
	begin(0);
	ntp(4, 2, NSTIME_S, 600 * NSTIME_S);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert(!on.learn);
	ck_assert_uint_eq(on.serves, 1);
	ck_assert_int_eq(on.stamp.witness, WITNESS_NTP);
	ck_assert_int_eq(on.stamp.attribution, STAMP_HOST);
	ck_assert_int_eq(on.stamp.told, START + 601 * NSTIME_S);
	ck_assert_int_eq(on.stamp.wall, START + NSTIME_S);
	ck_assert_uint_eq(on.stamp.peer.octets[3], 1);
	ntp(5, 2, 2 * NSTIME_S, 0);
	ck_assert_uint_eq(on.stamps, 2);
	sightings_free(sightings);
}
END_TEST

/* Stratum 0 is a kiss of death, 16 a server without a source, modes 6 and 7
 * are for control. */
START_TEST(what_is_not_synchronised_is_no_testimony)
{
	begin(0);
	ntp(4, 0, NSTIME_S, 600 * NSTIME_S);
	ntp(4, 16, NSTIME_S, 600 * NSTIME_S);
	ntp(2, 16, NSTIME_S, 600 * NSTIME_S);
	ck_assert_uint_eq(on.serves, 3);
	for (nstime i = 0; i < 20; i++) {
		ntp(6, 2, i * NSTIME_S, 600 * NSTIME_S);
		ntp(7, 2, i * NSTIME_S, 600 * NSTIME_S);
	}
	ck_assert_uint_eq(on.serves, 3);
	ck_assert_uint_eq(on.stamps, 0);
	sightings_free(sightings);
}
END_TEST

/* Error 37 of 23:29:00.5, behind its length as on TCP. */
static const uint8_t krb_error[] = "\0\0\0\x40\x7e\x3e\x30\x3c"
				   "\xa0\3\2\1\5\xa1\3\2\1\x1e"
				   "\xa4\x11\x18\x0f"
				   "20101113232900Z"
				   "\xa5\5\2\3\7\xa1\x20"
				   "\xa6\3\2\1\x25"
				   "\xa9\x0d\x1b\x0b"
				   "EXAMPLE.NET"
				   "\xaa\2\x30";
enum { ON_TCP = 4 };

static struct slice
whole_error(void)
{
	return slice_of(krb_error, sizeof(krb_error));
}

static void
is_error_37(void)
{
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert_uint_eq(on.krb_refused, 1);
	ck_assert_int_eq(on.stamp.witness, WITNESS_KERBEROS);
	ck_assert_int_eq(on.stamp.told, START + NSTIME_S / 2);
	ck_assert_uint_eq(on.stamp.peer.octets[3], 1);
	ck_assert_int_eq(on.krb.error, 37);
	ck_assert_uint_eq(on.krb.client.address.octets[3], 9);
	ck_assert_uint_eq(on.krb.server.address.octets[3], 1);
}

START_TEST(a_kdc_tells_its_clock_whom_it_refuses_and_whom_it_grants)
{
	static const uint8_t ticket[] = "\x6d\x82\4\0";

	begin(0);
	datagram(slice_after(whole_error(), ON_TCP), end_of(1, 88),
	    end_of(9, 5000), 0);
	is_error_37();
	datagram(slice_of(ticket, 4), end_of(1, 88), end_of(9, 5000), 0);
	ck_assert_uint_eq(on.successes, 1);
	ck_assert_uint_eq(on.a.address.octets[3], 9);
	ck_assert_uint_eq(on.b.address.octets[3], 1);
	/* Nor is a client believed that says so. */
	datagram(slice_after(whole_error(), ON_TCP), end_of(9, 5000),
	    end_of(1, 88), 0);
	ck_assert_uint_eq(on.stamps, 1);
	sightings_free(sightings);
}
END_TEST

START_TEST(datagrams_cut_at_every_octet_tell_nothing)
{
	const struct slice error = slice_after(whole_error(), ON_TCP);

	begin(0);
	for (size_t len = 0; len < error.len; len++) {
		uint8_t *exact = unit_exact(slice_first(error, len));

		datagram(
		    slice_of(exact, len), end_of(1, 88), end_of(9, 5000), 0);
		free(exact);
	}
	for (size_t len = 0; len < 48; len++) {
		uint8_t *exact = unit_exact(slice_first(ntp_of(4, 2, 0), len));

		datagram(
		    slice_of(exact, len), end_of(1, 123), end_of(9, 123), 0);
		free(exact);
	}
	ck_assert_uint_eq(on.stamps + on.serves + on.krb_refused, 0);
	sightings_free(sightings);
}
END_TEST

static void *slots[2];

static void
stream(uint16_t port, enum tcpreasm_fact fact,
    enum tcpreasm_direction direction, struct slice octets)
{
	sightings_stream(sightings,
	    &(struct tcpreasm_event){
		.fact = fact,
		.client = end_of(9, 5000),
		.server = end_of(1, port),
		.direction = direction,
		.octets = octets,
		.wall = START,
	    },
	    slots);
}

/* Segments have buffers of their own exact size. */
static void
segment(uint16_t port, struct slice octets)
{
	uint8_t *exact = unit_exact(octets);

	stream(port, TCPREASM_DATA, TCPREASM_TO_CLIENT,
	    slice_of(exact, octets.len));
	free(exact);
}

static void
forget(uint16_t port)
{
	stream(port, TCPREASM_FORGOTTEN, TCPREASM_TO_CLIENT, slice_text(""));
	ck_assert_ptr_null(slots[0]);
	ck_assert_ptr_null(slots[1]);
}

START_TEST(a_stream_cut_at_every_octet_is_read_all_the_same)
{
	const struct slice whole = whole_error();

	for (size_t cut = 1; cut < whole.len; cut++) {
		begin(0);
		segment(88, slice_first(whole, cut));
		ck_assert_uint_eq(on.stamps, 0);
		segment(88, slice_after(whole, cut));
		is_error_37();
		/* The first message is all that is read. */
		segment(88, whole);
		ck_assert_uint_eq(on.stamps, 1);
		forget(88);
		sightings_free(sightings);
	}
}
END_TEST

START_TEST(a_stream_octet_by_octet_is_read_all_the_same)
{
	const struct slice whole = whole_error();

	begin(0);
	for (size_t i = 0; i < whole.len; i++)
		segment(88, slice_between(whole, i, i + 1));
	is_error_37();
	forget(88);
	sightings_free(sightings);
}
END_TEST

/* SMB1, whose server is five hours west. */
static struct slice
smb1(void)
{
	static uint8_t octets[4 + 32 + 1 + 34 + 2];
	const uint64_t filetime = 116444736000000000 + 12896909400000000;

	memset(octets, 0, sizeof(octets));
	octets[3] = sizeof(octets) - 4;
	memcpy(octets + 4, "\xffSMB\x72", 5);
	octets[13] = 0x88;
	octets[36] = 17;
	for (unsigned i = 0; i < 8; i++)
		octets[60 + i] = (uint8_t)(filetime >> 8 * i);
	octets[68] = 300 & 0xff;
	octets[69] = 300 >> 8;
	return slice_of(octets, sizeof(octets));
}

START_TEST(a_file_server_tells_clock_and_zone_at_every_cut)
{
	const struct slice whole = smb1();

	for (size_t cut = 1; cut < whole.len; cut++) {
		begin(0);
		segment(445, slice_first(whole, cut));
		segment(445, slice_after(whole, cut));
		ck_assert_uint_eq(on.stamps, 1);
		ck_assert_int_eq(on.stamp.witness, WITNESS_SMB);
		ck_assert_int_eq(on.stamp.told, START);
		ck_assert(on.stamp.tells_zone);
		ck_assert_int_eq(on.stamp.zone, -300);
		forget(445);
		sightings_free(sightings);
	}
}
END_TEST

START_TEST(what_the_client_says_and_what_follows_a_gap_is_not_read)
{
	const struct slice whole = smb1();

	begin(0);
	stream(445, TCPREASM_DATA, TCPREASM_TO_SERVER, whole);
	segment(445, slice_first(whole, 40));
	stream(445, TCPREASM_GAP, TCPREASM_TO_SERVER, slice_text(""));
	stream(445, TCPREASM_GAP, TCPREASM_TO_CLIENT, slice_text(""));
	segment(445, slice_after(whole, 40));
	segment(445, whole);
	ck_assert_uint_eq(on.stamps, 0);
	forget(445);
	sightings_free(sightings);
}
END_TEST

/* A message that never ends is kept up to a limit; ASan watches. */
START_TEST(a_message_without_end_is_given_up)
{
	static const uint8_t endless[] = "\0\xff\xff\xff";
	uint8_t more[1500];

	begin(0);
	memset(more, 'x', sizeof(more));
	segment(445, slice_of(endless, 4));
	forget(445);
	segment(88, slice_of("\x7e\x82\x0f", 3));
	for (unsigned i = 0; i < 10; i++)
		segment(88, slice_of(more, sizeof(more)));
	forget(88);
	segment(88, slice_of("\x7e\x82\x0f\xf0", 4));
	for (unsigned i = 0; i < 10; i++)
		segment(88, slice_of(more, sizeof(more)));
	ck_assert_uint_eq(on.stamps, 0);
	forget(88);
	sightings_free(sightings);
}
END_TEST

/* Of "x@10.0.0.N", at UNIX. */
static struct slice
report_of(unsigned host)
{
	static uint8_t octets[28 + 24];
	const uint64_t seconds = (uint64_t)UNIX + 2208988800;

	memset(octets, 0, sizeof(octets));
	memcpy(octets, "\x80\xc8\0\6\0\0\0\7", 8);
	for (unsigned i = 0; i < 4; i++)
		octets[8 + i] = (uint8_t)(seconds >> (24 - 8 * i));
	memcpy(octets + 28, "\x81\xca\0\5\0\0\0\7\1\12x@10.0.0.", 19);
	octets[28 + 19] = (uint8_t)('0' + host);
	return slice_of(octets, sizeof(octets));
}

START_TEST(a_sender_report_is_read_on_any_port)
{
	begin(0);
	ck_assert(sightings_begins(sightings, report_of(1)));
	datagram(report_of(1), end_of(1, 40001), end_of(9, 40003), 0);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert_int_eq(on.stamp.witness, WITNESS_RTCP);
	ck_assert_int_eq(on.stamp.told, START);
	ck_assert(on.learn && on.speaker.known);
	ck_assert(on.speaker.claim.own);
	ck_assert_uint_eq(on.speaker.claim.number, 7);
	/* Passed on by another, or by one whose address begins alike. */
	datagram(report_of(1), end_of(2, 40001), end_of(9, 40003), 0);
	ck_assert(!on.speaker.claim.own);
	datagram(report_of(1), end_of(12, 40001), end_of(9, 40003), 0);
	ck_assert(!on.speaker.claim.own);
	datagram(report_of(2), end_of(1, 40001), end_of(9, 40003), 0);
	ck_assert(!on.speaker.claim.own);
	sightings_free(sightings);
}
END_TEST

START_TEST(an_upgrade_to_websocket_has_a_date)
{
	static const char head[] = "HTTP/1.1 101 Switching Protocols\r\n"
				   "Date: Sat, 13 Nov 2010 23:29:00 GMT"
				   "\r\n\r\n";
	struct tcpreasm_event e = {
		.fact = TCPREASM_OPENED,
		.client = end_of(9, 5000),
		.server = end_of(1, 5060),
		.direction = TCPREASM_TO_CLIENT,
		.wall = START,
	};

	begin(0);
	sightings_upgrade(sightings, &e, slots);
	e.fact = TCPREASM_DATA;
	e.octets = slice_text(head);
	sightings_upgrade(sightings, &e, slots);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert_int_eq(on.stamp.witness, WITNESS_HTTP);
	ck_assert_int_eq(on.stamp.attribution, STAMP_VIA);
	sightings_upgrade(sightings, &e, slots);
	ck_assert_uint_eq(on.stamps, 1);
	e.fact = TCPREASM_FORGOTTEN;
	sightings_upgrade(sightings, &e, slots);
	/* Not behind SIP. */
	e.fact = TCPREASM_DATA;
	e.octets = slice_text("SIP/2.0 200 OK\r\n\r\n");
	sightings_upgrade(sightings, &e, slots);
	e.octets = slice_text(head);
	sightings_upgrade(sightings, &e, slots);
	ck_assert_uint_eq(on.stamps, 1);
	e.fact = TCPREASM_FORGOTTEN;
	sightings_upgrade(sightings, &e, slots);
	sightings_free(sightings);
}
END_TEST

START_TEST(a_witness_switched_off_is_not_read)
{
	begin(1u << WITNESS_NTP | 1u << WITNESS_KERBEROS | 1u << WITNESS_ASREQ |
	    1u << WITNESS_SMB);
	ck_assert(!sightings_udp_port(sightings, 123));
	ck_assert(!sightings_udp_port(sightings, 88));
	ck_assert(!sightings_tcp_port(sightings, 88));
	ck_assert(!sightings_tcp_port(sightings, 445));
	sightings_set(sightings, 1u << WITNESS_NTP);
	ck_assert(!sightings_udp_port(sightings, 123));
	ck_assert(sightings_udp_port(sightings, 88));
	ck_assert(sightings_tcp_port(sightings, 88));
	ck_assert(sightings_tcp_port(sightings, 139));
	/* From one port to the other. */
	datagram(ntp_of(4, 2, 0), end_of(1, 123), end_of(9, 88), 0);
	ck_assert_uint_eq(on.stamps + on.serves, 0);
	sightings_free(sightings);
}
END_TEST

static void
hello(bool server, nstime now, uint32_t told)
{
	const struct tcpreasm_event tcp = { .connection = 7 };
	const struct tlsflow_event e = {
		.kind = TLSFLOW_STAMP,
		.tcp = &tcp,
		.client = end_of(9, (uint16_t)(40000 + now / NSTIME_S)),
		.server = end_of(1, 5061),
		.from = server ? TLSFLOW_SERVER : TLSFLOW_CLIENT,
		.told = told,
		.now = now,
		.wall = START + now,
	};

	sightings_tls(sightings, &e);
}

START_TEST(random_octets_may_stand_where_clients_tell_the_time)
{
	begin(0);
	ntp(3, 0, NSTIME_S, -600 * NSTIME_S);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert(on.learn);
	ck_assert_int_eq(on.teller.witness, WITNESS_NTP);
	ck_assert_int_eq(on.teller.endpoint.port, 0);
	ck_assert_uint_eq(on.teller.endpoint.address.octets[3], 9);
	hello(true, NSTIME_S, UNIX);
	ck_assert(on.learn);
	ck_assert_int_eq(on.stamp.witness, WITNESS_TLS);
	ck_assert_uint_eq(on.flow, 7);
	ck_assert_int_eq(on.teller.witness, WITNESS_TLS);
	ck_assert_int_eq(on.teller.endpoint.port, 5061);
	hello(false, NSTIME_S, UNIX);
	ck_assert_int_eq(on.teller.witness, WITNESS_TLS);
	ck_assert_int_eq(on.teller.endpoint.port, 0);
	sightings_free(sightings);
}
END_TEST

UNIT("sightings", a_sender_report_is_read_on_any_port,
    an_upgrade_to_websocket_has_a_date,
    a_time_server_tells_its_clock_and_whom_it_serves,
    what_is_not_synchronised_is_no_testimony,
    a_kdc_tells_its_clock_whom_it_refuses_and_whom_it_grants,
    datagrams_cut_at_every_octet_tell_nothing,
    a_stream_cut_at_every_octet_is_read_all_the_same,
    a_stream_octet_by_octet_is_read_all_the_same,
    a_file_server_tells_clock_and_zone_at_every_cut,
    what_the_client_says_and_what_follows_a_gap_is_not_read,
    a_message_without_end_is_given_up, a_witness_switched_off_is_not_read,
    random_octets_may_stand_where_clients_tell_the_time)
