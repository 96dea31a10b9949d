/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/livealign.h"

#include <stdio.h>

#include "rooms.h"
#include "unit/unit.h"

enum { RAW = 101, HEADERS = 28 };

#define WALL (1294078920 * NSTIME_S)
#define MINUTE (60 * NSTIME_S)
#define FORM                                                                   \
	"%s\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK%u\r\n"                 \
	"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"                           \
	"Call-ID: 1@x\r\nCSeq: %u OPTIONS\r\nContent-Length: 0\r\n\r\n"

static const char *const names[] = { "eth1", "eth2", NULL };

static struct livealign *l;
static struct judge *judge;
static nstime ahead; /* the clock of the second interface */
static unsigned raised, resolved, cseq;
static nstime offset;

static void
hear(void *arg, const struct alert_event *e)
{
	(void)arg;
	ck_assert_int_eq(e->kind, FINDING_VISIBILITY);
	ck_assert(slice_is(e->subject, "eth1 eth2"));
	raised += e->state == ALERT_RAISED;
	resolved += e->state == ALERT_RESOLVED;
	if (e->state == ALERT_RAISED)
		offset = evidence_number(e->evidence, "offset_s", 0);
}

static void
begin(void)
{
	struct judge_limits limits;

	rooms_judge(&limits);
	judge = judge_new(&limits, hear, NULL);
	l = livealign_new();
	ck_assert_ptr_nonnull(l);
	raised = resolved = cseq = 0;
}

static void
end(void)
{
	livealign_free(l);
	judge_free(judge);
}

static void
datagram(unsigned source, bool there, const char *sip, nstime at)
{
	uint8_t octets[1000] = {
		0x45, [8] = 64, [9] = 17, [12] = 10, [15] = there ? 1 : 2,
		[16] = 10, [19] = there ? 2 : 1, [20] = 5060 >> 8, 5060 & 0xff,
		5060 >> 8, 5060 & 0xff
	};
	const size_t len = HEADERS + strlen(sip);
	const struct packet packet = {
		.octets = slice_of(octets, len),
		.len = len,
		.datalink = RAW,
		.source = source,
		.now = at,
		.wall = WALL + at + (source == 1 ? ahead : 0),
	};

	octets[2] = (uint8_t)(len >> 8);
	octets[3] = (uint8_t)len;
	octets[24] = (uint8_t)((len - 20) >> 8);
	octets[25] = (uint8_t)(len - 20);
	memcpy(octets + HEADERS, sip, strlen(sip));
	livealign_packet(l, &packet);
}

/* Ten requests on the first interface, answered on the second. */
static void
talk(nstime at)
{
	char sip[500];

	for (unsigned i = 0; i < 10; i++, at += NSTIME_S) {
		cseq++;
		snprintf(sip, sizeof(sip), FORM, "OPTIONS sip:b@x SIP/2.0",
		    cseq, cseq);
		datagram(0, true, sip, at);
		snprintf(sip, sizeof(sip), FORM, "SIP/2.0 200 OK", cseq, cseq);
		datagram(1, false, sip, at + 10 * NSTIME_MS);
	}
}

static void
minute(nstime now)
{
	livealign_minute(l, names, 3, judge, now, WALL + now);
	judge_tick(judge, now + NSTIME_S, WALL + now + NSTIME_S);
}

START_TEST(clocks_that_agree_are_no_news)
{
	ahead = 0;
	begin();
	talk(0);
	minute(MINUTE);
	ck_assert(!livealign_differs(l));
	ck_assert_uint_eq(raised, 0);
	end();
}
END_TEST

START_TEST(a_clock_that_is_behind_shows_by_answers_before_their_requests)
{
	ahead = -3 * NSTIME_S;
	begin();
	talk(0);
	ck_assert(!livealign_differs(l));
	minute(MINUTE);
	ck_assert(livealign_differs(l));
	ck_assert_uint_eq(raised, 1);
	ck_assert_int_le(offset, -2900 * NSTIME_MS);
	ck_assert_int_ge(offset, -3100 * NSTIME_MS);
	end();
}
END_TEST

START_TEST(one_minute_in_ten_is_looked_at)
{
	ahead = 0;
	begin();
	minute(MINUTE);
	ahead = -3 * NSTIME_S;
	for (unsigned i = 2; i <= 9; i++) {
		talk(i * MINUTE - 30 * NSTIME_S);
		minute(i * MINUTE);
		ck_assert(!livealign_differs(l));
	}
	minute(10 * MINUTE);
	talk(10 * MINUTE + 30 * NSTIME_S);
	minute(11 * MINUTE);
	ck_assert(livealign_differs(l));
	end();
}
END_TEST

START_TEST(it_is_over_once_they_agree)
{
	ahead = -3 * NSTIME_S;
	begin();
	talk(0);
	for (unsigned i = 1; i <= 10; i++)
		minute(i * MINUTE);
	ck_assert_uint_eq(raised, 1);
	ahead = 0;
	talk(10 * MINUTE + 30 * NSTIME_S);
	minute(11 * MINUTE);
	ck_assert(!livealign_differs(l));
	ck_assert_uint_eq(resolved, 1);
	end();
}
END_TEST

START_TEST(a_difference_that_was_told_before_a_restart_ends_after_it)
{
	ahead = -3 * NSTIME_S;
	begin();
	talk(0);
	minute(MINUTE);
	ck_assert_uint_eq(raised, 1);
	livealign_free(l);
	l = livealign_new();
	ahead = 0;
	talk(2 * MINUTE);
	minute(3 * MINUTE);
	ck_assert_uint_eq(resolved, 1);
	end();
}
END_TEST

UNIT("livealign", clocks_that_agree_are_no_news,
    a_clock_that_is_behind_shows_by_answers_before_their_requests,
    one_minute_in_ten_is_looked_at, it_is_over_once_they_agree,
    a_difference_that_was_told_before_a_restart_ends_after_it)
