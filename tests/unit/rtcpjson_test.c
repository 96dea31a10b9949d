/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/rtcpjson.h"

#include "unit.h"

/* 2010-11-13 23:29:00.5 UTC in NTP's seconds: 3498679740. */
#define SENDER                                                                 \
	"{\"sender_information\":{\"ntp_timestamp_sec\":3498679740,"           \
	"\"ntp_timestamp_usec\":2147483648,\"octets\":160,"                    \
	"\"rtp_timestamp\":160,\"packets\":1},"                                \
	"\"ssrc\":305441741,\"type\":200,\"report_count\":1,"
#define BLOCKS                                                                 \
	"\"report_blocks\":[{\"source_ssrc\":99,\"highest_seq_no\":1,"         \
	"\"fraction_lost\":0,\"ia_jitter\":0,\"packets_lost\":0,"              \
	"\"lsr\":2243641344,\"dlsr\":98304}],"
#define NAMED                                                                  \
	"\"sdes_ssrc\":305441741,\"sdes_report_count\":1,"                     \
	"\"sdes_information\":[{\"type\":1,\"text\":\"a@192.0.2.1\"}]}"
#define TIME (1289690940 * NSTIME_S)

static char name[RTCPJSON_NAME];
static struct witness_reading r;

/* From a buffer of its own size. */
static enum witness_answer
read_json(const char *json)
{
	uint8_t *exact = unit_exact(slice_text(json));
	const enum witness_answer answer =
	    rtcpjson_read(slice_of(exact, strlen(json)), TIME, name, &r);

	free(exact);
	return answer;
}

START_TEST(a_report_tells_what_is_on_the_wire)
{
	ck_assert_int_eq(read_json(SENDER BLOCKS NAMED), WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME + NSTIME_S / 2);
	ck_assert(r.unproven && r.speaker.passed_on);
	ck_assert_uint_eq(r.speaker.number, 305441741);
	ck_assert(slice_is(r.speaker.name, "a@192.0.2.1"));
	ck_assert_uint_eq(r.speaker.sent, 0x9dbc8000);
	ck_assert(r.speaker.answers);
	ck_assert_uint_eq(r.speaker.other, 99);
	ck_assert_uint_eq(r.speaker.quoted, 2243641344);
	ck_assert_int_eq(r.speaker.delay, 1500 * NSTIME_MS);
}
END_TEST

/* As FreeSWITCH's module writes them. */
START_TEST(numbers_may_stand_in_quotes)
{
	ck_assert_int_eq(
	    read_json("{\"sender_information\":{\"ntp_timestamp_sec\":"
		      "\"3498679740\",\"ntp_timestamp_usec\":\"2147483648\"},"
		      "\"ssrc\":7,\"type\":200}"),
	    WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME + NSTIME_S / 2);
	ck_assert_uint_eq(r.speaker.name.len, 0);
	ck_assert(!r.speaker.answers);
}
END_TEST

START_TEST(what_may_be_microseconds_is_no_fraction)
{
	ck_assert_int_eq(
	    read_json("{\"sender_information\":{\"ntp_timestamp_sec\":"
		      "3498679740,\"ntp_timestamp_usec\":999999},"
		      "\"ssrc\":7,\"type\":200}"),
	    WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME);
	ck_assert_int_eq(r.sender.resolution, NSTIME_S);
}
END_TEST

/* 3498679740 with its octets turned round, as is the fraction of a half. */
START_TEST(words_that_were_not_swapped_are)
{
	ck_assert_int_eq(
	    read_json("{\"sender_information\":{\"ntp_timestamp_sec\":"
		      "3164441040,\"ntp_timestamp_usec\":128}}"),
	    WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME + NSTIME_S / 2);
	/* Likewise, though these would be a time in 1980. */
	ck_assert_int_eq(
	    read_json("{\"sender_information\":{\"ntp_timestamp_sec\":"
		      "329157072,\"ntp_timestamp_usec\":128}}"),
	    WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME + 87 * NSTIME_S + NSTIME_S / 2);
}
END_TEST

START_TEST(seconds_since_1970_have_true_microseconds)
{
	ck_assert_int_eq(
	    read_json("{\"ssrc\":-2,\"type\":200,\"report_count\":1,"
		      "\"sender_information\":{\"ntp_timestamp_sec\":"
		      "\"1289690940\",\"ntp_timestamp_usec\":\"250000\"},"
		      "\"report_blocks\":[{\"source_ssrc\":-3,"
		      "\"lsr\":\"2243641344\",\"dlsr\":98304}]}"),
	    WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME + NSTIME_S / 4);
	ck_assert_int_eq(r.sender.resolution, NSTIME_US);
	ck_assert_uint_eq(r.speaker.number, 0xfffffffe);
	ck_assert_uint_eq(r.speaker.other, 0xfffffffd);
}
END_TEST

START_TEST(what_nothing_was_received_for_has_the_ssrc_of_its_name)
{
	ck_assert_int_eq(
	    read_json("{ \"sender_information\":{\"ntp_timestamp_sec\":"
		      "3498679740,\"ntp_timestamp_usec\":2147483648},"
		      "\"sdes_ssrc\":7,\"sdes_information\": [ "
		      "{\"type\":1,\"text\":\"a\"}],\"sdes_report_count\":1}"),
	    WITNESS_TOLD);
	ck_assert_uint_eq(r.speaker.number, 7);
	ck_assert(slice_is(r.speaker.name, "a"));
}
END_TEST

START_TEST(the_name_of_another_source_is_not_taken)
{
	ck_assert_int_eq(
	    read_json(SENDER "\"sdes_ssrc\":8,\"sdes_information\":"
			     "[{\"type\":1,\"text\":\"b@192.0.2.9\"}]}"),
	    WITNESS_TOLD);
	ck_assert_uint_eq(r.speaker.name.len, 0);
}
END_TEST

START_TEST(an_item_without_text_is_no_name)
{
	ck_assert_int_eq(
	    read_json(SENDER "\"sdes_information\":[{\"type\":1}]}"),
	    WITNESS_TOLD);
	ck_assert_uint_eq(r.speaker.name.len, 0);
}
END_TEST

START_TEST(what_tells_no_clock_is_foreign)
{
	static const char *const others[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"type\":200}",
		/* A receiver report. */
		"{\"ssrc\":7,\"type\":201,\"report_count\":0}",
		/* Since 1970 with a fraction of NTP's, or since its start. */
		"{\"sender_information\":{\"ntp_timestamp_sec\":1289690940,"
		"\"ntp_timestamp_usec\":2147483648},\"ssrc\":7,\"type\":200}",
		"{\"sender_information\":{\"ntp_timestamp_sec\":77},"
		"\"ssrc\":7,\"type\":200}",
		"{\"sender_information\":null,\"ssrc\":7,\"type\":200}",
		"{\"sender_information\":{\"ntp_timestamp_sec\":-5},"
		"\"type\":200}",
		"{\"sender_information\":{\"ntp_timestamp_sec\":\"x\"},"
		"\"type\":200}",
		"{\"sender_information\":{\"ntp_timestamp_sec\":4294967296},"
		"\"type\":200}",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_int_eq(read_json(others[i]), WITNESS_FOREIGN);
}
END_TEST

START_TEST(cut_anywhere_it_is_foreign)
{
	char json[] = SENDER BLOCKS NAMED;

	for (size_t len = sizeof(json) - 2; len > 0; len--) {
		json[len] = '\0';
		ck_assert_int_eq(read_json(json), WITNESS_FOREIGN);
	}
}
END_TEST

START_TEST(too_much_is_not_read)
{
	static char json[RTCPJSON_MOST + 64];

	memset(json, ' ', sizeof(json) - 1);
	memcpy(json, SENDER BLOCKS NAMED, strlen(SENDER BLOCKS NAMED));
	ck_assert_int_eq(read_json(json), WITNESS_FOREIGN);
	json[RTCPJSON_MOST] = '\0';
	ck_assert_int_eq(read_json(json), WITNESS_TOLD);
}
END_TEST

UNIT("rtcpjson", a_report_tells_what_is_on_the_wire,
    numbers_may_stand_in_quotes, what_may_be_microseconds_is_no_fraction,
    words_that_were_not_swapped_are, seconds_since_1970_have_true_microseconds,
    what_nothing_was_received_for_has_the_ssrc_of_its_name,
    the_name_of_another_source_is_not_taken, an_item_without_text_is_no_name,
    what_tells_no_clock_is_foreign, cut_anywhere_it_is_foreign,
    too_much_is_not_read)
