/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_file.h"

#include "unit/folder.h"
#include "unit/said.h"

static const struct log file_log = { .verbose = false };
static struct config *config;

static int
read_text(const char *text)
{
	folder_write("a.conf", text);
	return config_file_read(config, folder_path("a.conf"), &file_log);
}

static void
start(void)
{
	folder_make();
	said_begin();
	config = config_new();
	ck_assert_ptr_nonnull(config);
}

static void
finish(void)
{
	config_free(config);
	folder_remove();
}

START_TEST(sections_keys_and_comments_are_read)
{
	start();
	ck_assert_int_eq(read_text("\xef\xbb\xbf; a comment\n"
				   "# another\n"
				   "[timeouts] ; and here\n"
				   "  t1 = 1s ; that long\n"
				   "\n"
				   "[pool \"fe-east\"]\n"
				   "members = 10.0.0.11\n"),
	    0);
	ck_assert_int_eq(config->timeouts.t1, NSTIME_S);
	ck_assert_uint_eq(config->pool_count, 1);
	ck_assert_str_eq(config->pools[0].name, "fe-east");
	finish();
}
END_TEST

START_TEST(every_mistake_is_told_with_its_line)
{
	start();
	ck_assert_int_lt(read_text("t1 = 1s\n"
				   "[timeouts]\n"
				   "t1 = soon\n"
				   "t2 = 1s\n"
				   "nonsense\n"
				   "[nowhere]\n"),
	    0);
	said_that("a.conf:1: t1: stands before any section");
	said_that("a.conf:3: [timeouts] t1: found 'soon'; accepted: 10ms");
	said_that("a.conf:4: [timeouts] t2: unknown key; accepted: ");
	said_that("a.conf:5: nonsense: no '='");
	said_that("a.conf:6: ");
	finish();
}
END_TEST

START_TEST(only_a_regular_file_is_read)
{
	start();
	ck_assert_int_eq(mkfifo(folder_path("pipe"), 0600), 0);
	ck_assert_int_lt(
	    config_file_read(config, folder_path("pipe"), &file_log), 0);
	said_that("pipe: not a regular file; check the file");
	ck_assert_int_lt(config_file_read(config, folder, &file_log), 0);
	said_that("Is a directory; check the file");
	ck_assert_int_lt(config_file_read(config, "/dev/zero", &file_log), 0);
	said_that("/dev/zero: not a regular file");
	ck_assert_int_lt(
	    config_file_read(config, folder_path("nowhere"), &file_log), 0);
	said_that("nowhere: No such file or directory");
	finish();
}
END_TEST

UNIT("config_file", sections_keys_and_comments_are_read,
    every_mistake_is_told_with_its_line, only_a_regular_file_is_read)
