/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hepflow.h"

#include <stdlib.h>

#include "base/totals.h"
#include "unit/unit.h"

/* "HEP3", the length, and a payload of three octets. */
#define PACKET "HEP3\0\017\0\0\0\017\0\011abc"
enum { LEN = 15 };

static struct hepflow *flow;
static void *user;
static char heard[400]; /* the last octet of each packet */
static size_t count;

static void
hear(void *arg, struct slice packet, const struct address *agent)
{
	(void)arg;
	ck_assert_uint_eq(agent->version, 4);
	ck_assert_uint_eq(packet.len, LEN);
	heard[count++] = (char)packet.p[packet.len - 1];
	heard[count] = '\0';
}

static void
input_as(enum tcpreasm_fact fact, struct slice octets, bool guessed)
{
	hepflow_input(flow,
	    &(struct tcpreasm_event){
		.fact = fact,
		.client.address.version = 4,
		.guessed = guessed,
		.octets = octets,
		.user = &user,
	    });
}

static void
input(const char *octets, size_t len)
{
	input_as(TCPREASM_DATA, slice_of(octets, len), false);
}

static void
begin(void)
{
	flow = hepflow_new(NULL, hear, NULL);
	ck_assert_ptr_nonnull(flow);
	count = 0;
	heard[0] = '\0';
}

static void
end(void)
{
	input_as(TCPREASM_FORGOTTEN, slice_of("", 0), false);
	ck_assert_ptr_null(user);
	hepflow_free(flow);
}

static uint64_t
broken(void)
{
	struct totals t = { 0 };

	hepflow_stats(flow, totals_gather, &t);
	return totals_get(&t, "hepflow.broken");
}

START_TEST(packets_come_whole_however_they_are_cut)
{
	static const char three[] = PACKET PACKET PACKET;

	for (size_t piece = 1; piece <= 3 * LEN; piece++) {
		begin();
		for (size_t at = 0; at < 3 * LEN; at += piece) {
			const size_t left = 3 * LEN - at;
			const size_t len = left < piece ? left : piece;
			char *exact = malloc(len);

			memcpy(exact, three + at, len);
			input(exact, len);
			free(exact);
		}
		ck_assert_str_eq(heard, "ccc");
		ck_assert_uint_eq(broken(), 0);
		end();
	}
}
END_TEST

START_TEST(behind_a_gap_the_next_packet_is_found)
{
	begin();
	input(PACKET PACKET, LEN + 5);
	input_as(TCPREASM_GAP, slice_of("", 0), false);
	input(PACKET PACKET + 9, LEN - 9 + LEN);
	ck_assert_str_eq(heard, "cc");
	end();
}
END_TEST

START_TEST(mid_way_too)
{
	begin();
	input_as(TCPREASM_DATA, slice_of(PACKET PACKET + 9, 2 * LEN - 9), true);
	ck_assert_str_eq(heard, "c");
	ck_assert_uint_eq(broken(), 0);
	end();
}
END_TEST

START_TEST(what_is_no_hep_is_counted_once_and_passed_over)
{
	begin();
	input("GET / HTTP/1.0 HEP HEP3\0\0 ", 26);
	input(PACKET, LEN);
	ck_assert_str_eq(heard, "c");
	ck_assert_uint_eq(broken(), 1);
	end();
}
END_TEST

UNIT("hepflow", packets_come_whole_however_they_are_cut,
    behind_a_gap_the_next_packet_is_found, mid_way_too,
    what_is_no_hep_is_counted_once_and_passed_over)
