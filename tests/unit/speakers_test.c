/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/speakers.h"

#include "unit.h"

static const struct siphash_key key = { 1, 2 };
static struct speakers *speakers;

static void
begin(size_t limit)
{
	speakers = speakers_new(limit, &key, NULL);
	ck_assert_ptr_nonnull(speakers);
}

static enum speakers_verdict
claim(unsigned host, uint64_t name, uint32_t number, nstime now)
{
	return speakers_input(speakers,
	    &(struct speakers_claim){
		.name = name,
		.number = number,
		.source = { .version = 4,
		    .octets = { 10, 0, 0, (uint8_t)host } },
		.now = now,
	    });
}

START_TEST(the_first_is_perhaps_the_speaker_and_the_second_passes_on)
{
	begin(100);
	ck_assert_int_eq(claim(1, 7, 99, 0), SPEAKERS_PERHAPS);
	ck_assert_int_eq(claim(2, 7, 99, 0), SPEAKERS_PASSED_ON);
	ck_assert_int_eq(claim(1, 7, 99, NSTIME_S), SPEAKERS_PERHAPS);
	ck_assert_int_eq(claim(2, 7, 99, NSTIME_S), SPEAKERS_PASSED_ON);
	speakers_free(speakers);
}
END_TEST

/* Of another phone only the far leg is seen. */
START_TEST(of_a_relay_only_its_own_is_believed)
{
	begin(100);
	claim(1, 7, 99, 0);
	claim(2, 7, 99, 0);
	ck_assert_int_eq(claim(2, 8, 55, 0), SPEAKERS_PASSED_ON);
	ck_assert_int_eq(claim(2, 1234, 99, 0), SPEAKERS_OWN);
	speakers_free(speakers);
}
END_TEST

START_TEST(a_name_that_is_the_address_is_its_own)
{
	begin(100);
	ck_assert_int_eq(speakers_input(speakers,
			     &(struct speakers_claim){
				 .name = 1, .number = 2, .own = true }),
	    SPEAKERS_OWN);
	speakers_free(speakers);
}
END_TEST

START_TEST(after_an_hour_of_silence_it_may_be_another)
{
	begin(100);
	claim(1, 7, 99, 0);
	ck_assert_int_eq(claim(2, 7, 99, 3600 * NSTIME_S), SPEAKERS_PERHAPS);
	speakers_free(speakers);
}
END_TEST

START_TEST(an_answer_shows_how_long_it_was_on_its_way)
{
	begin(100);
	ck_assert_int_eq(speakers_transit(speakers, 1, 77, 0, 0), 0);
	speakers_sent(speakers, 1, 77, 10 * NSTIME_S);
	ck_assert_int_eq(speakers_transit(speakers, 1, 77, 4 * NSTIME_S,
			     14 * NSTIME_S + 30 * NSTIME_MS),
	    32 * NSTIME_MS);
	ck_assert_int_eq(speakers_transit(speakers, 1, 76, 4 * NSTIME_S,
			     14 * NSTIME_S + 30 * NSTIME_MS),
	    0);
	/* It was kept for longer than since it passed. */
	ck_assert_int_eq(
	    speakers_transit(speakers, 1, 77, 5 * NSTIME_S, 14 * NSTIME_S), 0);
	speakers_free(speakers);
}
END_TEST

/* What a relay sends on does not make it later. */
START_TEST(a_copy_was_not_sent_anew)
{
	begin(100);
	speakers_sent(speakers, 1, 77, 10 * NSTIME_S);
	speakers_sent(speakers, 1, 77, 12 * NSTIME_S);
	ck_assert_int_eq(
	    speakers_transit(speakers, 1, 77, NSTIME_S, 12 * NSTIME_S),
	    NSTIME_S + 2 * NSTIME_MS);
	speakers_free(speakers);
}
END_TEST

static uint64_t evicted;

static void
count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)arg;
	if (kind == COUNTER_LIMIT)
		evicted = strcmp(name, "speakers.evicted") == 0 ? value : 0;
}

START_TEST(there_is_a_limit)
{
	begin(10);
	for (unsigned i = 0; i < 1000; i++)
		claim(i % 250, i, i + 1, 0);
	speakers_stats(speakers, count, NULL);
	ck_assert_uint_eq(evicted, 1990);
	speakers_free(speakers);
}
END_TEST

UNIT("speakers", the_first_is_perhaps_the_speaker_and_the_second_passes_on,
    of_a_relay_only_its_own_is_believed, a_name_that_is_the_address_is_its_own,
    after_an_hour_of_silence_it_may_be_another,
    an_answer_shows_how_long_it_was_on_its_way, a_copy_was_not_sent_anew,
    there_is_a_limit)
