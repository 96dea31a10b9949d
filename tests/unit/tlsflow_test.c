/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/tlsflow.h"

#include "unit/tlsstory.h"

static const struct tlswire_hello hello = {
	.version = 0x0303, .time = 1294078965, .cipher = 0xc030
};
static const struct tlswire_certificate chain[2] = { { .serial = 1 },
	{ .serial = 2 } };
static struct tlswire flight; /* what the server says first */

static void
told(const char *words)
{
	ck_assert_str_eq(story.told, words);
	story.told[0] = '\0';
}

struct counted {
	const char *name;
	uint64_t value;
};

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	struct counted *counted = arg;

	(void)kind;
	if (strcmp(name, counted->name) == 0)
		counted->value = value;
}

static uint64_t
count(const char *name)
{
	struct counted counted = { .name = name };

	tlsflow_stats(story.flow, on_counter, &counted);
	return counted.value;
}

/* Two messages in three records, one of which ends in the second. */
static void
make_flight(void)
{
	static struct tlswire messages, body;

	messages.len = body.len = flight.len = 0;
	tlswire_server_hello(&body, &hello);
	tlswire_handshake(&messages, 2, tlswire_slice(&body));
	body.len = 0;
	tlswire_chain(&body, chain, 2);
	tlswire_handshake(&messages, 11, tlswire_slice(&body));
	tlswire_record(
	    &flight, 22, 0x0303, slice_first(tlswire_slice(&messages), 20));
	tlswire_record(&flight, 22, 0x0303,
	    slice_between(tlswire_slice(&messages), 20, 100));
	tlswire_record(
	    &flight, 22, 0x0303, slice_after(tlswire_slice(&messages), 100));
}

START_TEST(a_flight_is_the_same_wherever_it_is_cut)
{
	make_flight();
	for (size_t cut = 1; cut < flight.len; cut++) {
		story_begin();
		story_client_hello(&hello);
		story.told[0] = '\0';
		story_octets(TCPREASM_TO_CLIENT,
		    slice_first(tlswire_slice(&flight), cut));
		story_octets(TCPREASM_TO_CLIENT,
		    slice_after(tlswire_slice(&flight), cut));
		told("<hello <stamp <certificate <certificate");
	}
	story_end();
}
END_TEST

START_TEST(what_is_no_tls_is_not_looked_at_again)
{
	story_begin();
	story_octets(TCPREASM_TO_SERVER, slice_text("OPTIONS sip:a SIP/2.0"));
	ck_assert_ptr_nonnull(story.slot);
	ck_assert(!tlsflow_facts(&story.slot, &story.facts));
	story_client_hello(&hello);
	story_event(TCPREASM_CLOSED, TCPREASM_TO_SERVER, slice_text(""), 0);
	told("");
	story_end();
	ck_assert_ptr_null(story.slot);
}
END_TEST

START_TEST(a_server_that_speaks_something_else_establishes_nothing)
{
	story_begin();
	story_client_hello(&hello);
	story_octets(TCPREASM_TO_CLIENT, slice_text("HTTP/1.1 400 Bad"));
	ck_assert(tlsflow_facts(&story.slot, &story.facts));
	ck_assert(!story.facts.established);
	ck_assert_uint_eq(count("tlsflow.foreign"), 1);
	story_end();
}
END_TEST

START_TEST(midway_what_looks_like_records_is_followed)
{
	story_begin();
	story.guessed = true;
	story_octets(TCPREASM_TO_SERVER, slice_text("rest of a record"));
	ck_assert_ptr_null(story.slot);
	story_data(CLIENT, 500);
	told("record>");
	ck_assert(story.facts.lost);
	story_data(SERVER, 300);
	told("established <record");
	story_end();
}
END_TEST

START_TEST(a_hole_in_encrypted_data_keeps_the_place)
{
	static struct tlswire wire;

	story_begin();
	story.guessed = true;
	story_data(SERVER, 10);
	story.told[0] = '\0';
	wire.len = 0;
	tlswire_number(&wire, 23, 1);
	tlswire_number(&wire, 0x0303, 2);
	tlswire_number(&wire, 1000, 2);
	tlswire_number(&wire, 0, 8);
	story_octets(TCPREASM_TO_SERVER, tlswire_slice(&wire));
	story_event(TCPREASM_GAP, TCPREASM_TO_SERVER, slice_text(""), 990);
	told("");
	story_octets(TCPREASM_TO_SERVER, slice_text("xy"));
	told("established record>");
	ck_assert_uint_eq(story.last.octets, 1000);
	story_end();
}
END_TEST

START_TEST(a_hole_in_the_handshake_is_got_over)
{
	make_flight();
	story_begin();
	story_client_hello(&hello);
	story_octets(
	    TCPREASM_TO_CLIENT, slice_first(tlswire_slice(&flight), 60));
	story_event(TCPREASM_GAP, TCPREASM_TO_CLIENT, slice_text(""), 1000);
	story.told[0] = '\0';
	story_ccs(SERVER);
	story_ccs(CLIENT);
	told("established");
	ck_assert(story.facts.lost);
	ck_assert(!story.facts.resumed); /* who knows */
	story_end();
}
END_TEST

START_TEST(the_end_is_told_once)
{
	story_begin();
	story_client_hello(&hello);
	story.told[0] = '\0';
	story_event(TCPREASM_RESET, TCPREASM_TO_CLIENT, slice_text(""), 0);
	told("ended");
	ck_assert(!story.facts.established);
	ck_assert(tlsflow_facts(&story.slot, &story.facts));
	story_event(TCPREASM_CLOSED, TCPREASM_TO_CLIENT, slice_text(""), 0);
	story_end();
	told("");
}
END_TEST

START_TEST(forgotten_is_an_end_too)
{
	story_begin();
	story_client_hello(&hello);
	story.told[0] = '\0';
	story_event(TCPREASM_FORGOTTEN, TCPREASM_TO_SERVER, slice_text(""), 0);
	told("ended");
	ck_assert_ptr_null(story.slot);
	story_end();
}
END_TEST

START_TEST(versions_and_alerts_have_names)
{
	ck_assert_str_eq(tlsflow_version_name(0x0300), "SSLv3");
	ck_assert_str_eq(tlsflow_version_name(0x0303), "TLSv1.2");
	ck_assert_str_eq(tlsflow_version_name(0x0304), "TLSv1.3");
	ck_assert_str_eq(tlsflow_version_name(0x7f17), "TLSv1.3 (draft)");
	ck_assert_str_eq(tlsflow_version_name(2), "SSLv2");
	ck_assert_ptr_null(tlsflow_version_name(0));
	ck_assert_ptr_null(tlsflow_version_name(0x0305));
	ck_assert_str_eq(tlsflow_alert_name(45), "certificate_expired");
	ck_assert_ptr_null(tlsflow_alert_name(255));
}
END_TEST

START_TEST(malformed_hellos_are_counted)
{
	story_begin();
	story_message(CLIENT, 1, slice_text("nothing of a hello"));
	story_message(SERVER, 11, slice_text("no chain"));
	ck_assert_uint_eq(count("tlsflow.malformed"), 2);
	told("");
	tlsflow_set(story.flow,
	    &(struct tlsflow_limits){ .octets = 1, .certificates = 1 });
	story_end();
}
END_TEST

UNIT("tlsflow", a_flight_is_the_same_wherever_it_is_cut,
    what_is_no_tls_is_not_looked_at_again,
    a_server_that_speaks_something_else_establishes_nothing,
    midway_what_looks_like_records_is_followed,
    a_hole_in_encrypted_data_keeps_the_place,
    a_hole_in_the_handshake_is_got_over, the_end_is_told_once,
    forgotten_is_an_end_too, versions_and_alerts_have_names,
    malformed_hellos_are_counted)
