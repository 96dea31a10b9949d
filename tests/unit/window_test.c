/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/window.h"

#include <stdio.h>
#include <unistd.h>

#include "unit/unit.h"

static int ends[2];

/* What is read comes from a pipe, so that it comes in pieces. */
static struct window *
over_pipe(void)
{
	struct window *w;

	ck_assert_int_eq(pipe(ends), 0);
	w = window_new(ends[0], 1000);
	ck_assert_ptr_nonnull(w);
	return w;
}

static void
send_text(const char *text)
{
	ck_assert_int_eq(
	    write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

START_TEST(octets_are_had_in_one_piece_until_they_are_taken)
{
	struct window *w = over_pipe();

	send_text("one ");
	ck_assert_int_eq(window_need(w, 4), 1);
	ck_assert(slice_is(window_octets(w), "one "));
	send_text("two");
	ck_assert_int_eq(window_need(w, 7), 1);
	ck_assert(slice_is(window_octets(w), "one two"));
	window_take(w, 4);
	ck_assert(slice_is(window_octets(w), "two"));
	ck_assert_uint_eq(window_total(w), 7);
	window_free(w);
	close(ends[1]);
}
END_TEST

START_TEST(the_end_is_told_and_what_is_left_stays)
{
	struct window *w = over_pipe();

	send_text("end");
	close(ends[1]);
	ck_assert_int_eq(window_need(w, 4), 0);
	ck_assert(slice_is(window_octets(w), "end"));
	ck_assert_int_eq(window_need(w, 3), 1);
	window_free(w);
}
END_TEST

START_TEST(an_error_is_told)
{
	struct window *w = over_pipe();

	close(ends[0]);
	ck_assert_int_lt(window_need(w, 1), 0);
	close(ends[1]);
	window_free(w);
}
END_TEST

/* As many as it was made for are had at once, wherever blocks end. */
START_TEST(a_large_file_passes_through)
{
	FILE *file = tmpfile();
	struct window *w;
	uint32_t next = 0, wrong = 0;

	for (uint32_t i = 0; i < 250000; i++)
		fwrite(&i, sizeof(i), 1, file);
	fflush(file);
	rewind(file);
	w = window_new(dup(fileno(file)), 1000);
	while (window_need(w, 1000) == 1) {
		for (size_t at = 0; at < 1000; at += 4, next++)
			wrong += memcmp(window_octets(w).p + at, &next,
				     sizeof(next)) != 0;
		window_take(w, 1000);
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(next, 250000);
	ck_assert_uint_eq(window_total(w), 1000000);
	window_free(w);
	fclose(file);
}
END_TEST

/* Numbers in the order in which they were lent. */
struct loan {
	const uint8_t *lent[1000];
	uint32_t numbers[1000];
	size_t given, back, waits;
};

static size_t
given_so_far(void *arg)
{
	const struct loan *loan = arg;

	return loan->given;
}

static void
give_back(void *arg, size_t mark)
{
	struct loan *loan = arg;

	ck_assert_uint_le(mark, loan->given);
	loan->waits += loan->back < mark;
	for (; loan->back < mark; loan->back++)
		ck_assert_mem_eq(loan->lent[loan->back],
		    &loan->numbers[loan->back], sizeof(uint32_t));
}

START_TEST(what_is_lent_stays_until_it_is_given_back)
{
	FILE *file = tmpfile();
	struct loan loan = { .given = 0 };
	const struct window_borrower borrower = { given_so_far, give_back,
		&loan };
	struct window *w;
	struct slice area;
	size_t outside = 0;

	for (uint32_t i = 0; i < 1000000; i++)
		fwrite(&i, sizeof(i), 1, file);
	fflush(file);
	rewind(file);
	w = window_new(dup(fileno(file)), 4000);
	ck_assert_int_eq(window_need(w, 4), 1);
	ck_assert(window_lend(w, &borrower, &area));
	for (uint32_t i = 0; window_need(w, 4000) == 1; i += 1000) {
		const struct slice number = slice_first(window_octets(w), 4);

		ck_assert_mem_eq(number.p, &i, sizeof(i));
		if (slice_within(number, area)) {
			loan.lent[loan.given] = number.p;
			loan.numbers[loan.given++] = i;
		} else
			outside++;
		window_take(w, 4000);
	}
	/* The first block had been read before. */
	ck_assert_uint_gt(outside, 0);
	ck_assert_uint_lt(outside, 40);
	ck_assert_uint_gt(loan.waits, 10);
	ck_assert_uint_gt(loan.given - loan.back, 100);
	give_back(&loan, loan.given);
	window_free(w);
	fclose(file);
}
END_TEST

/* Little by little, a place is filled before the next one is begun. */
START_TEST(a_pipe_fills_a_place_that_is_lent)
{
	struct loan loan = { .given = 1 };
	const struct window_borrower borrower = { given_so_far, give_back,
		&loan };
	struct window *w;
	const uint8_t *first;
	struct slice area;

	ck_assert_int_eq(pipe(ends), 0);
	w = window_new(ends[0], 200000);
	ck_assert(window_lend(w, &borrower, &area));
	send_text("a");
	ck_assert_int_eq(window_need(w, 1), 1);
	first = window_octets(w).p;
	for (int i = 1; i < 1000; i++) {
		window_take(w, 1);
		send_text("b");
		ck_assert_int_eq(window_need(w, 1), 1);
		ck_assert_ptr_eq(window_octets(w).p, first + i);
	}
	window_free(w);
	close(ends[1]);
}
END_TEST

UNIT("window", octets_are_had_in_one_piece_until_they_are_taken,
    the_end_is_told_and_what_is_left_stays, an_error_is_told,
    a_large_file_passes_through, what_is_lent_stays_until_it_is_given_back,
    a_pipe_fills_a_place_that_is_lent)
