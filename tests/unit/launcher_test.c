/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/launcher.h"

#include <errno.h>
#include <stdio.h>

#include "unit/folder.h"
#include "unit/unit.h"

/* A program of the test's own; what it prints goes to `out' beside it. */
static int
run_once(const char *text, const char *input, nstime timeout, char *out)
{
	struct launcher l;
	FILE *file;
	int error;

	folder_make();
	file = fopen(folder_path("program"), "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\ncd \"${0%%/*}\"\n%s\n", text);
	fclose(file);
	ck_assert_int_eq(chmod(folder_path("program"), 0755), 0);
	ck_assert_int_eq(
	    launcher_start(&l, folder_path("program"), timeout), 0);
	error = launcher_run(&l, slice_text(input));
	launcher_stop(&l);
	file = fopen(folder_path("out"), "r");
	out[0] = '\0';
	if (file != NULL) {
		out[fread(out, 1, 999, file)] = '\0';
		fclose(file);
	}
	folder_remove();
	return error;
}

START_TEST(the_program_reads_its_input)
{
	char out[1000];

	ck_assert_int_eq(
	    run_once("cat > out", "{\"a\":1}\n", 10 * NSTIME_S, out), 0);
	ck_assert_str_eq(out, "{\"a\":1}\n");
}
END_TEST

START_TEST(it_has_no_descriptor_but_three_and_a_plain_environment)
{
	char out[1000];

	setenv("SIPTIMED_SECRET", "x", 1);
	ck_assert_int_eq(
	    run_once("ls /proc/self/fd | wc -l > out; "
		     "echo ${SIPTIMED_SECRET-none} >> out; "
		     "grep CapEff /proc/self/status | cut -f 2 >> out",
		"x", 10 * NSTIME_S, out),
	    0);
	/* Three, and the one that ls reads the folder by. */
	ck_assert_str_eq(out, "4\nnone\n0000000000000000\n");
}
END_TEST

START_TEST(a_program_that_fails_is_told)
{
	char out[1000];

	ck_assert_int_eq(run_once("exit 3", "x", 10 * NSTIME_S, out), -ECHILD);
}
END_TEST

START_TEST(a_program_that_hangs_is_ended)
{
	char out[1000];

	ck_assert_int_eq(
	    run_once("sleep 600", "x", 200 * NSTIME_MS, out), -ETIMEDOUT);
}
END_TEST

START_TEST(a_program_that_reads_nothing_is_no_hindrance)
{
	char *input = malloc(LAUNCHER_MOST + 1), out[1000];

	memset(input, 'x', LAUNCHER_MOST);
	input[LAUNCHER_MOST] = '\0';
	ck_assert_int_eq(run_once("exit 0", input, 10 * NSTIME_S, out), 0);
	free(input);
}
END_TEST

START_TEST(an_input_too_long_or_none_is_refused)
{
	struct launcher l = { .descriptor = -1 };

	ck_assert_int_eq(
	    launcher_run(&l, slice_of("", LAUNCHER_MOST + 1)), -EMSGSIZE);
	ck_assert_int_eq(launcher_run(&l, slice_of("", 0)), -EMSGSIZE);
}
END_TEST

UNIT("launcher", the_program_reads_its_input,
    it_has_no_descriptor_but_three_and_a_plain_environment,
    a_program_that_fails_is_told, a_program_that_hangs_is_ended,
    a_program_that_reads_nothing_is_no_hindrance,
    an_input_too_long_or_none_is_refused)
