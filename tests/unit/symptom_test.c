/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/symptom.h"

#include "incidentstory.h"
#include "unit.h"

START_TEST(another_client_is_news_and_the_same_is_not)
{
	struct symptom p = { .kind = FINDING_TRANSACTION_TIMEOUT };
	const struct address first = host(11), second = host(12);

	ck_assert(symptom_input(&p, &timed_out(11, 21, 5062, START)->finding));
	ck_assert(!symptom_input(&p, &timed_out(11, 21, 5062, START)->finding));
	ck_assert(symptom_input(&p, &timed_out(12, 21, 5062, START)->finding));
	ck_assert_uint_eq(p.count, 3);
	ck_assert(symptom_has_client(&p, &first));
	ck_assert(symptom_has_client(&p, &second));
	ck_assert(symptom_concerns(&p, &second));
}
END_TEST

START_TEST(it_began_with_its_first_trouble)
{
	struct symptom p = { .kind = FINDING_TRANSACTION_TIMEOUT };

	symptom_input(&p, &timed_out(11, 21, 5062, START)->finding);
	symptom_input(&p, &timed_out(11, 21, 5062, START + HOUR)->finding);
	ck_assert_int_eq(p.began, START - 34 * NSTIME_S);
	ck_assert_int_eq(p.latest.began, START - 34 * NSTIME_S);
	ck_assert_int_eq(p.last_wall, START + HOUR);
}
END_TEST

START_TEST(a_clock_that_changes_is_news)
{
	struct symptom p = { .kind = FINDING_CLOCK_SKEW };

	ck_assert(symptom_input(
	    &p, &wrong_clock(11, -HOUR, "dst", 0, START)->finding));
	ck_assert(!symptom_input(
	    &p, &wrong_clock(11, -HOUR + NSTIME_S, "dst", 0, START)->finding));
	ck_assert(symptom_input(
	    &p, &wrong_clock(11, HOUR, "dst", START, START)->finding));
	ck_assert_int_eq(p.latest.began, START);
}
END_TEST

static struct symptom
part_of_calls(const char *key)
{
	struct symptom p = { .kind = FINDING_MEDIA_ENCRYPTION,
		.key_len = strlen(key) };

	memcpy(p.key, key, p.key_len);
	return p;
}

START_TEST(the_key_of_refused_calls_names_both_domains)
{
	const struct symptom p = part_of_calls("a.example to b.example");
	const struct symptom none = part_of_calls("");

	ck_assert(slice_is(symptom_caller(&p), "a.example"));
	ck_assert(slice_is(symptom_called(&p), "b.example"));
	ck_assert_uint_eq(symptom_caller(&none).len, 0);
	ck_assert_uint_eq(symptom_called(&none).len, 0);
}
END_TEST

START_TEST(clients_beyond_the_limit_are_counted)
{
	struct symptom p = { .kind = FINDING_TRANSACTION_TIMEOUT };

	for (unsigned n = 0; n < SYMPTOM_CLIENTS + 3; n++)
		symptom_input(&p, &timed_out(n, 99, 5062, START)->finding);
	ck_assert_uint_eq(p.client_count, SYMPTOM_CLIENTS);
	ck_assert_uint_eq(p.more_clients, 3);
}
END_TEST

START_TEST(a_saved_part_is_loaded)
{
	const struct record_shift shift = { .watching = HOUR };
	struct symptom p = { .kind = FINDING_CLOCK_SKEW, .id = 7 }, q = { 0 };
	struct record r;
	struct cursor c;

	symptom_input(
	    &p, &wrong_clock(11, -HOUR, "dst", START, START)->finding);
	record_init(&r, 4096);
	symptom_save(&r, &p);
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(symptom_load(&q, &c, &shift));
	ck_assert_uint_eq(q.id, 7);
	ck_assert_int_eq(q.first, p.first + HOUR);
	ck_assert_int_eq(q.latest.offset, -HOUR);
	ck_assert_str_eq(q.latest.shape, "dst");
	ck_assert(slice_equal(symptom_key(&p), symptom_key(&q)));
	for (size_t len = 0; len < r.len; len++) {
		struct symptom cut = { 0 };

		c = cursor_over(slice_of(r.octets, len));
		ck_assert(!symptom_load(&cut, &c, &shift));
	}
	record_done(&r);
}
END_TEST

UNIT("symptom", the_key_of_refused_calls_names_both_domains,
    another_client_is_news_and_the_same_is_not, it_began_with_its_first_trouble,
    a_clock_that_changes_is_news, clients_beyond_the_limit_are_counted,
    a_saved_part_is_loaded)
