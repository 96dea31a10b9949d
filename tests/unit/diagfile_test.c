/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/diagfile.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static struct diagfile d;
static char path[64];

static int
read_text(const char *text)
{
	static const struct log log = { .journal = false };
	FILE *file;
	int result, descriptor;

	strcpy(path, "/tmp/siptimed-diagfile-XXXXXX");
	descriptor = mkstemp(path);
	file = fdopen(descriptor, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	result = diagfile_read(&d, path, &log);
	unlink(path);
	return result;
}

static const struct diagnostics_row *
row(uint32_t id)
{
	return diagnostics_find(d.rows, d.count, id);
}

START_TEST(the_built_in_rows_are_whole)
{
	ck_assert(diagfile_init(&d));
	ck_assert_uint_gt(d.count, 30);
	for (size_t i = 0; i < d.count; i++) {
		ck_assert_ptr_nonnull(d.rows[i].meaning);
		ck_assert_ptr_nonnull(d.rows[i].remedy);
		ck_assert(i == 0 || d.rows[i - 1].id < d.rows[i].id);
	}
	ck_assert(row(1007)->alert);
	ck_assert_int_eq(row(1007)->severity, FINDING_ERROR);
	ck_assert(!row(1034)->alert);
	diagfile_done(&d);
}
END_TEST

START_TEST(a_file_adds_and_replaces)
{
	ck_assert(diagfile_init(&d));
	ck_assert_int_eq(
	    read_text("# comment\n\n[77777]\nalert = warning\nmeaning = own\n"
		      "remedy = call us\n[1007]\nmeaning = ours\n"),
	    0);
	ck_assert(row(77777)->alert);
	ck_assert_str_eq(row(77777)->remedy, "call us");
	ck_assert_str_eq(row(1007)->meaning, "ours");
	ck_assert(!row(1007)->alert);
	ck_assert_ptr_nonnull(row(1013));
	diagfile_done(&d);
}
END_TEST

START_TEST(a_bad_file_changes_nothing)
{
	static const char *const bad[] = {
		"[x]\n",
		"[1] x\n",
		"[0]\n",
		"meaning = before any section\n",
		"[1]\nalert = maybe\n",
		"[1]\ncolor = red\n",
		"[1]\nmeaning\n",
		"[1]\nmeaning =\n",
		"[1]\nmeaning = a \\ b\n",
		"[1]\nmeaning = a \033 b\n",
	};

	ck_assert(diagfile_init(&d));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_lt(read_text(bad[i]), 0);
		ck_assert_ptr_null(row(1));
		ck_assert_ptr_nonnull(row(1007)->meaning);
	}
	diagfile_done(&d);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_an_error)
{
	static const struct log log = { .journal = false };

	ck_assert(diagfile_init(&d));
	ck_assert_int_lt(diagfile_read(&d, "/nonexistent", &log), 0);
	diagfile_done(&d);
}
END_TEST

UNIT("diagfile", the_built_in_rows_are_whole, a_file_adds_and_replaces,
    a_bad_file_changes_nothing, a_file_that_is_not_there_is_an_error)
