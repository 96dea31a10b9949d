/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "capture/format.h"
#include "net/servertrace.h"
#include "unit/unit.h"

#define HEAD(second)                                                           \
	"TL_INFO(TF_PROTOCOL) [0]0A54.0C88::01/03/2011-18:22:" second          \
	".123.0000abcd (SIPStack,x.cpp(125))$$begin_record\r\n"
#define RECORD(second)                                                         \
	HEAD(second)                                                           \
	"Direction: outgoing\r\nPeer: edge.ptown.local:5062\r\n"               \
	"Start-Line: SERVICE sip:edge.ptown.local:5062;grid SIP/2.0\r\n"       \
	"From: <sip:a@ptown.local>;tag=1\r\nMessage-Body: \r\n"                \
	"$$end_record\r\n"

static struct {
	struct window *window;
	void *reader;
	struct packet packet;
} run;

static void
begin(const char *text, size_t len)
{
	FILE *file = tmpfile();

	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	fflush(file);
	rewind(file);
	run.window = window_new(dup(fileno(file)), traces_format.window);
	fclose(file);
	ck_assert_int_eq(traces_format.new(run.window, NULL, &run.reader), 0);
}

static void
end(void)
{
	traces_format.free(run.reader);
	window_free(run.window);
}

static enum format_result
next(void)
{
	return traces_format.next(run.reader, &run.packet);
}

START_TEST(its_records_are_the_packets)
{
	const char *const text = RECORD("39") RECORD("41");
	struct format_facts facts;

	begin(text, strlen(text));
	ck_assert_int_eq(next(), FORMAT_PACKET);
	ck_assert_int_eq(run.packet.datalink, SERVERTRACE_DATALINK);
	ck_assert(run.packet.zoneless);
	ck_assert(!run.packet.unstamped);
	ck_assert_int_eq(
	    run.packet.wall, 1294078959 * NSTIME_S + 123 * NSTIME_MS);
	ck_assert_uint_eq(run.packet.len, run.packet.octets.len);
	ck_assert(slice_starts_with(run.packet.octets, "TL_INFO"));
	ck_assert_int_eq(next(), FORMAT_PACKET);
	ck_assert_int_eq(
	    run.packet.wall, 1294078961 * NSTIME_S + 123 * NSTIME_MS);
	ck_assert_int_eq(next(), FORMAT_END);
	traces_format.facts(run.reader, &facts);
	ck_assert(!facts.unstamped && !facts.has_end);
	end();
}
END_TEST

START_TEST(a_record_without_a_stamp_gets_the_latest)
{
	const char *const text = RECORD(
	    "39") "\r\nLogType: diagnostic\r\nSeverity: error\r\n"
		  "Text: Message expired in the outbound queue before it could "
		  "be "
		  "sent\r\nSIP-Call-ID: abc\r\nPeer: edge.ptown.local:5062\r\n";
	struct format_facts facts;

	begin(text, strlen(text));
	ck_assert_int_eq(next(), FORMAT_PACKET);
	ck_assert_int_eq(next(), FORMAT_PACKET);
	ck_assert(run.packet.unstamped);
	ck_assert_int_eq(
	    run.packet.wall, 1294078959 * NSTIME_S + 123 * NSTIME_MS);
	ck_assert_int_eq(next(), FORMAT_END);
	traces_format.facts(run.reader, &facts);
	ck_assert(facts.unstamped);
	end();
}
END_TEST

START_TEST(it_may_end_at_every_octet)
{
	const char *const text = RECORD("39") RECORD("41");

	for (size_t len = 0; len <= strlen(text); len++) {
		unsigned packets = 0;
		enum format_result got;

		begin(text, len);
		while ((got = next()) == FORMAT_PACKET)
			packets++;
		ck_assert_int_eq(got, FORMAT_END);
		ck_assert_uint_le(packets, 2);
		ck_assert_uint_ge(packets, len >= strlen(RECORD("39")));
		ck_assert(packets == 2 || len < strlen(text));
		end();
	}
}
END_TEST

static void
count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	ck_assert_str_eq(name, "traces.lost");
	*(uint64_t *)arg = value;
}

START_TEST(a_record_that_never_ends_is_passed_over)
{
	static char text[4 * SERVERTRACE_LARGEST];
	const char *const record = RECORD("41");
	uint64_t lost = 0;
	size_t len;

	memset(text, 'x', sizeof(text));
	memcpy(text, HEAD("39"), strlen(HEAD("39")));
	len = sizeof(text) - strlen(record) - 2;
	memcpy(text + len, "\r\n", 2);
	memcpy(text + len + 2, record, strlen(record));
	begin(text, sizeof(text));
	ck_assert_int_eq(next(), FORMAT_PACKET);
	ck_assert_int_eq(
	    run.packet.wall, 1294078961 * NSTIME_S + 123 * NSTIME_MS);
	ck_assert_int_eq(next(), FORMAT_END);
	traces_format.stats(run.reader, count, &lost);
	ck_assert_uint_ge(lost, 1);
	end();
}
END_TEST

START_TEST(an_error_of_the_file_is_told)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	run.window = window_new(ends[0], traces_format.window);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(traces_format.new(run.window, NULL, &run.reader), 0);
	ck_assert_int_eq(next(), FORMAT_DAMAGED);
	ck_assert_str_eq(traces_format.error(run.reader), strerror(EBADF));
	end();
}
END_TEST

UNIT("traces", its_records_are_the_packets,
    a_record_without_a_stamp_gets_the_latest, it_may_end_at_every_octet,
    a_record_that_never_ends_is_passed_over, an_error_of_the_file_is_told)
