/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/clocks.h"

#include "unit.h"

/* 2010-11-13 23:29:00 UTC */
#define UNIX 1289690940
#define START (UNIX * NSTIME_S)

static struct clocks *clocks;
static struct clocks_limits limits;

static struct {
	unsigned stamps, refused;
	struct stamp stamp;
	unsigned status;
	uint32_t diagnostic;
} on;

static void
hear(void *arg, const struct observation *o)
{
	(void)arg;
	on.stamps += o->kind == OBSERVATION_CLOCK;
	on.refused += o->kind == OBSERVATION_REFUSED;
	if (o->kind == OBSERVATION_CLOCK)
		on.stamp = o->stamp;
	if (o->kind == OBSERVATION_REFUSED) {
		on.status = o->refused.status;
		on.diagnostic = o->refused.diagnostic;
	}
}

static void
begin(unsigned muted)
{
	limits = (struct clocks_limits){ .muted = muted, .tellers = 100 };
	memset(&on, 0, sizeof(on));
	clocks = clocks_new(&limits, hear, NULL);
	ck_assert_ptr_nonnull(clocks);
}

static struct endpoint
end_of(unsigned n, uint16_t port)
{
	return (struct endpoint){ .port = port,
		.address = {
		    .version = 4, .octets = { 10, 0, 0, (uint8_t)n } } };
}

/* A reader saw a stamp of host 9, whose clock shows START + `shows'. */
static void
sight(enum witness witness, bool learn, nstime now, nstime shows)
{
	clocks_stamp(clocks,
	    &(struct event_stamp){
		.stamp = { .peer = end_of(9, 0).address,
		    .witness = witness,
		    .told = START + shows,
		    .resolution = NSTIME_S,
		    .wall = START + now,
		    .now = now },
		.learn = learn,
		.teller = { end_of(9, 0), WITNESS_NTP, 0 },
	    });
}

/* The same report, sent by host `n'. */
static void
sight_report(unsigned n, nstime now)
{
	clocks_stamp(clocks,
	    &(struct event_stamp){
		.stamp = { .peer = end_of(n, 0).address,
		    .witness = WITNESS_RTCP,
		    .told = START + now,
		    .resolution = NSTIME_MS,
		    .wall = START + now,
		    .now = now },
		.learn = true,
		.teller = { end_of(n, 0), WITNESS_RTCP, 7 },
		.speaker = { .known = true,
		    .claim = { .name = 7,
			.number = 99,
			.source = end_of(n, 0).address,
			.now = now } },
	    });
}

START_TEST(what_is_passed_on_accuses_nobody)
{
	begin(0);
	for (nstime i = 1; i < 6; i++) {
		sight_report(1, i * 5 * NSTIME_S);
		sight_report(2, i * 5 * NSTIME_S + NSTIME_MS);
	}
	/* The first is for learning. */
	ck_assert_uint_eq(on.stamps, 4);
	ck_assert_uint_eq(on.stamp.peer.octets[3], 1);
	ck_assert_int_eq(on.stamp.attribution, STAMP_VIA);
	ck_assert(on.stamp.learnt);
	clocks_free(clocks);
}
END_TEST

/* A day later than now. */
START_TEST(of_some_only_changes_are_told)
{
	begin(0);
	for (nstime i = 1; i < 6; i++)
		clocks_stamp(clocks,
		    &(struct event_stamp){
			.stamp = { .peer = end_of(9, 0).address,
			    .witness = WITNESS_ASREQ,
			    .told = START + (86400 + i * 5) * NSTIME_S,
			    .resolution = NSTIME_S,
			    .wall = START + i * 5 * NSTIME_S,
			    .now = i * 5 * NSTIME_S },
			.learn = true,
			.teller = { end_of(9, 0), WITNESS_ASREQ, 1 },
		    });
	ck_assert_uint_eq(on.stamps, 4);
	ck_assert_int_le(on.stamp.told, on.stamp.wall);
	ck_assert_int_gt(on.stamp.told + on.stamp.resolution, on.stamp.wall);
	clocks_free(clocks);
}
END_TEST

START_TEST(a_stamp_passes_unless_its_witness_is_switched_off)
{
	begin(1u << WITNESS_NTP);
	sight(WITNESS_SMB, false, 0, 5 * NSTIME_S);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert_int_eq(on.stamp.told, START + 5 * NSTIME_S);
	sight(WITNESS_NTP, false, 0, 0);
	ck_assert_uint_eq(on.stamps, 1);
	limits.muted = 1u << WITNESS_SMB;
	clocks_set(clocks, &limits);
	sight(WITNESS_SMB, false, 0, 0);
	sight(WITNESS_NTP, false, 0, 0);
	ck_assert_uint_eq(on.stamps, 2);
	clocks_free(clocks);
}
END_TEST

START_TEST(a_client_is_believed_once_it_agrees_with_itself)
{
	begin(0);
	sight(WITNESS_NTP, true, 0, -600 * NSTIME_S);
	ck_assert_uint_eq(on.stamps, 0);
	sight(WITNESS_NTP, true, 64 * NSTIME_S, -536 * NSTIME_S);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert_uint_eq(on.stamp.peer.octets[3], 9);
	clocks_stepped(clocks, 30 * NSTIME_S);
	sight(WITNESS_NTP, true, 128 * NSTIME_S, -502 * NSTIME_S);
	ck_assert_uint_eq(on.stamps, 2);
	clocks_free(clocks);
}
END_TEST

START_TEST(a_client_that_makes_it_up_is_not)
{
	begin(0);
	for (nstime i = 0; i < 1000; i++)
		sight(WITNESS_NTP, true, i * 64 * NSTIME_S,
		    i * i * 999983 * NSTIME_US * 7000);
	ck_assert_uint_eq(on.stamps, 0);
	clocks_free(clocks);
}
END_TEST

/* One response or request, and what the transactions made of it. */
static void
message(struct sip_message m, const char *octets, struct txntable_input input)
{
	const struct origin origin = {
		.from = end_of(1, 5061),
		.to = end_of(9, 5061),
		.wall = START,
	};

	clocks_message(clocks,
	    &(struct clocks_message){
		.message = &m,
		.octets = slice_text(octets),
		.origin = &origin,
		.input = input,
	    });
}

static struct sip_message
request(const char *method, unsigned vias)
{
	return (struct sip_message){
		.is_request = true,
		.method = slice_text(method),
		.vias = vias,
		.date = slice_text("Sat, 13 Nov 2010 22:29:00 GMT"),
	};
}

START_TEST(a_date_is_its_senders_where_it_is_new)
{
	const struct txntable_input new = { .match = TXNTABLE_NEW };

	begin(0);
	message(request("INVITE", 1), "", new);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert_int_eq(on.stamp.attribution, STAMP_HOST);
	ck_assert_int_eq(on.stamp.told, START - 3600 * NSTIME_S);
	message(request("INVITE", 2), "", new);
	ck_assert_int_eq(on.stamp.attribution, STAMP_VIA);
	/* Stored messages keep their date. */
	message(request("MESSAGE", 1), "", new);
	ck_assert_uint_eq(on.stamps, 2);
	message(request("INVITE", 1), "",
	    (struct txntable_input){ .match = TXNTABLE_RETRANSMISSION });
	message(request("INVITE", 1), "",
	    (struct txntable_input){
		.match = TXNTABLE_NEW, .date_relayed = true });
	ck_assert_uint_eq(on.stamps, 2);
	clocks_free(clocks);
}
END_TEST

START_TEST(the_same_date_again_is_the_same_time)
{
	const struct txntable_input new = { .match = TXNTABLE_NEW };
	struct sip_message m = request("INVITE", 1);
	static const char nothing[29];

	begin(0);
	/* Nothing like a date was seen before the first. */
	m.date = slice_of(nothing, sizeof(nothing));
	message(m, "", new);
	ck_assert_uint_eq(on.stamps, 0);
	for (unsigned i = 1; i <= 3; i++) {
		message(request("INVITE", 1), "", new);
		ck_assert_uint_eq(on.stamps, i);
		ck_assert_int_eq(on.stamp.told, START - 3600 * NSTIME_S);
	}
	m.date = slice_text("Sat, 13 Nov 2010 22:29:01 GMT");
	message(m, "", new);
	ck_assert_int_eq(on.stamp.told, START - 3599 * NSTIME_S);
	m.date = slice_text("Sat, 13 Nov 2010 22:29:01 EST");
	message(m, "", new);
	ck_assert_int_eq(on.stamp.told, START + (5 * 3600 - 3599) * NSTIME_S);
	message(request("INVITE", 1), "", new);
	ck_assert_int_eq(on.stamp.told, START - 3600 * NSTIME_S);
	clocks_free(clocks);
}
END_TEST

/* The Edge's clock is an hour behind; it gives so many minutes more. */
#define GRANTED(token)                                                         \
	"<response reasonPhrase=\"OK\"><credentials><username>" token          \
	"</username><duration>480</duration></credentials></response>"

static const char *const granted[] = {
	GRANTED("AQEAIDks9IABy4PFMDEyMzQ1Njc4OTAxMjM0NTY3ODk="),
	GRANTED("AQEAIFzwOoABy4PFMDEyMzQ1Njc4OTAxMjM0NTY3ODk="),
	GRANTED("AQEAIICzgIABy4PFMDEyMzQ1Njc4OTAxMjM0NTY3ODk="),
	GRANTED("AQEAIKR2xoABy4PFMDEyMzQ1Njc4OTAxMjM0NTY3ODk="),
};

static void
grant(unsigned minute, unsigned from, uint16_t port, unsigned vias)
{
	const struct sip_message m = {
		.status = 200,
		.method = slice_text("SERVICE"),
		.vias = vias,
		.content_type =
		    slice_text("application/msrtc-media-relay-auth+xml"),
		.body = slice_text(granted[minute]),
	};
	const struct origin origin = {
		.from = end_of(from, port),
		.to = end_of(99, 40000),
		.wall = START + minute * 60 * NSTIME_S,
		.now = minute * 60 * NSTIME_S,
	};

	clocks_message(clocks,
	    &(struct clocks_message){
		.message = &m,
		.octets = m.body,
		.origin = &origin,
		.input = { .match = TXNTABLE_RESPONSE },
	    });
}

START_TEST(relay_credentials_tell_the_clock_of_the_relay_once_learnt)
{
	begin(0);
	grant(0, 21, 5062, 1);
	ck_assert_uint_eq(on.stamps, 0);
	grant(1, 21, 5062, 1);
	ck_assert_uint_eq(on.stamps, 1);
	ck_assert_int_eq(on.stamp.witness, WITNESS_MRAS);
	ck_assert_int_eq(on.stamp.attribution, STAMP_HOST);
	ck_assert_uint_eq(on.stamp.peer.octets[3], 21);
	ck_assert_int_eq(on.stamp.told - on.stamp.wall,
	    -3600 * NSTIME_S + 123456 * NSTIME_US);
	clocks_free(clocks);
}
END_TEST

START_TEST(a_front_end_that_passes_credentials_on_is_not_judged_by_them)
{
	begin(0);
	for (unsigned i = 0; i < 4; i++) {
		grant(i, 21, 5062, 2);
		grant(i, 11, 5061, 2);
		grant(i, 12, 5061, 1);
	}
	ck_assert_uint_eq(on.stamps, 3);
	ck_assert_uint_eq(on.stamp.peer.octets[3], 21);
	clocks_free(clocks);
	begin(0);
	for (unsigned i = 0; i < 4; i++)
		grant(i, 11, 5061, 1);
	ck_assert_uint_eq(on.stamps, 0);
	for (unsigned i = 0; i < 4; i++)
		grant(i, 11, 5061, 2);
	ck_assert_int_eq(on.stamp.attribution, STAMP_VIA);
	clocks_free(clocks);
}
END_TEST

START_TEST(refusals_are_told_with_what_they_say)
{
	const struct txntable_input in = { .match = TXNTABLE_RESPONSE };
	const char *const text = "SIP/2.0 401 No\r\nms-diagnostics: 1013;"
				 "reason=\"skew\"\r\n\r\n";

	begin(0);
	message((struct sip_message){ .status = 401 }, text, in);
	ck_assert_uint_eq(on.refused, 1);
	ck_assert_uint_eq(on.diagnostic, 1013);
	message((struct sip_message){ .status = 403,
		    .reason = slice_text("Stale Date") },
	    "SIP/2.0 403 Stale Date\r\n\r\n", in);
	ck_assert_uint_eq(on.refused, 2);
	ck_assert_uint_eq(on.status, 403);
	message((struct sip_message){ .status = 404 }, "SIP/2.0 404 No\r\n\r\n",
	    in);
	message((struct sip_message){ .status = 200 }, text, in);
	ck_assert_uint_eq(on.refused, 2);
	message((struct sip_message){ .status = 183, .has_reason = true },
	    "SIP/2.0 183 Progress\r\nReason: STIR;cause=403\r\n\r\n", in);
	ck_assert_uint_eq(on.refused, 3);
	clocks_free(clocks);
}
END_TEST

UNIT("clocks", what_is_passed_on_accuses_nobody, of_some_only_changes_are_told,
    relay_credentials_tell_the_clock_of_the_relay_once_learnt,
    a_front_end_that_passes_credentials_on_is_not_judged_by_them,
    a_stamp_passes_unless_its_witness_is_switched_off,
    a_client_is_believed_once_it_agrees_with_itself,
    a_client_that_makes_it_up_is_not, a_date_is_its_senders_where_it_is_new,
    the_same_date_again_is_the_same_time, refusals_are_told_with_what_they_say)
