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

UNIT("window", octets_are_had_in_one_piece_until_they_are_taken,
    the_end_is_told_and_what_is_left_stays, an_error_is_told,
    a_large_file_passes_through)
