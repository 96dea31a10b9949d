/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/statefile.h"

#include <errno.h>

#include "host/wallclock.h"
#include "unit/await.h"
#include "unit/folder.h"

static struct statefile *file;

static void
start(void)
{
	folder_make();
	ck_assert_int_eq(statefile_new(&file, folder), 0);
}

static void
finish(void)
{
	statefile_free(file, wallclock_monotonic() + 10 * NSTIME_S);
	folder_remove();
}

static void
put(const char *text)
{
	struct record r;

	record_init(&r, 1000);
	record_text(&r, slice_text(text));
	ck_assert(!r.failed);
	statefile_write(file, &r);
}

static int
get(size_t most)
{
	uint8_t *octets = NULL;
	size_t len = 0;
	const int error = statefile_read(file, most, &octets, &len);

	free(octets);
	return error != 0 ? error : (int)len;
}

START_TEST(what_is_written_can_be_read)
{
	start();
	ck_assert_int_eq(get(1000), -ENOENT);
	put("some state");
	await(statefile_idle(file));
	ck_assert_int_eq(statefile_error(file), 0);
	ck_assert_int_gt(get(1000), 10);
	ck_assert_int_ne(access(folder_path("state.new"), F_OK), 0);
	finish();
}
END_TEST

START_TEST(a_file_that_is_too_large_is_not_read)
{
	start();
	folder_write("state", "0123456789");
	ck_assert_int_eq(get(10), 10);
	ck_assert_int_eq(get(9), -EFBIG);
	finish();
}
END_TEST

START_TEST(the_end_writes_what_waits)
{
	start();
	put("an older one");
	put("the latest");
	statefile_free(file, wallclock_monotonic() + 10 * NSTIME_S);
	ck_assert(folder_holds("state", "the latest"));
	folder_remove();
}
END_TEST

START_TEST(only_a_regular_file_is_read)
{
	start();
	folder_write("other", "of somebody else");
	ck_assert_int_eq(symlink("other", folder_path("state")), 0);
	ck_assert_int_eq(get(1000), -ELOOP);
	unlink(folder_path("state"));
	ck_assert_int_eq(mkfifo(folder_path("state"), 0600), 0);
	ck_assert_int_eq(get(1000), -EINVAL);
	unlink(folder_path("state"));
	ck_assert_int_eq(mkdir(folder_path("state"), 0700), 0);
	ck_assert_int_eq(get(1000), -EINVAL);
	finish();
}
END_TEST

START_TEST(a_link_that_somebody_left_is_not_written_through)
{
	start();
	folder_write("other", "of somebody else");
	ck_assert_int_eq(symlink("other", folder_path("state.new")), 0);
	put("some state");
	await(statefile_idle(file));
	ck_assert_str_eq(folder_read("other"), "of somebody else");
	finish();
}
END_TEST

/* A hard link would be truncated, a pipe waited for. */
START_TEST(what_somebody_left_is_replaced)
{
	start();
	folder_write("other", "of somebody else");
	ck_assert_int_eq(
	    link(folder_path("other"), folder_path("state.new")), 0);
	put("some state");
	await(statefile_idle(file));
	ck_assert_int_eq(statefile_error(file), 0);
	ck_assert_str_eq(folder_read("other"), "of somebody else");
	ck_assert_int_eq(mkfifo(folder_path("state.new"), 0600), 0);
	put("some state");
	await(statefile_idle(file));
	ck_assert_int_eq(statefile_error(file), 0);
	finish();
}
END_TEST

START_TEST(a_file_that_has_another_name_is_not_read)
{
	start();
	folder_write("other", "of somebody else");
	ck_assert_int_eq(link(folder_path("other"), folder_path("state")), 0);
	ck_assert_int_eq(get(1000), -EPERM);
	finish();
}
END_TEST

START_TEST(a_folder_has_one_user)
{
	struct statefile *second;

	start();
	ck_assert_int_eq(statefile_new(&second, folder), -EWOULDBLOCK);
	statefile_free(file, wallclock_monotonic() + 10 * NSTIME_S);
	ck_assert_int_eq(statefile_new(&second, folder), 0);
	file = second;
	finish();
}
END_TEST

START_TEST(an_error_is_kept_until_it_works_again)
{
	start();
	ck_assert_int_eq(mkdir(folder_path("state"), 0700), 0);
	folder_write("state/in_the_way", "");
	put("some state");
	await(statefile_idle(file));
	ck_assert_int_lt(statefile_error(file), 0);
	unlink(folder_path("state/in_the_way"));
	rmdir(folder_path("state"));
	put("some state");
	await(statefile_idle(file));
	ck_assert_int_eq(statefile_error(file), 0);
	finish();
}
END_TEST

START_TEST(what_is_set_aside_is_kept_under_another_name)
{
	char store[64];
	struct textbuf name;

	start();
	folder_write("state", "not ours");
	textbuf_init(&name, store, sizeof(store));
	ck_assert_int_eq(
	    statefile_set_aside(file, 1294078965 * NSTIME_S, &name), 0);
	ck_assert_str_eq(store, "state.damaged-2011-01-03T18:22:45.000000Z");
	ck_assert_str_eq(folder_read(store), "not ours");
	ck_assert_int_eq(get(1000), -ENOENT);
	finish();
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_refused)
{
	folder_make();
	ck_assert_int_eq(statefile_new(&file, folder_path("nowhere")), -ENOENT);
	folder_write("plain", "");
	ck_assert_int_eq(statefile_new(&file, folder_path("plain")), -ENOTDIR);
	folder_remove();
}
END_TEST

UNIT("statefile", what_is_written_can_be_read,
    a_file_that_is_too_large_is_not_read, the_end_writes_what_waits,
    only_a_regular_file_is_read,
    a_link_that_somebody_left_is_not_written_through,
    what_somebody_left_is_replaced, a_file_that_has_another_name_is_not_read,
    a_folder_has_one_user, an_error_is_kept_until_it_works_again,
    what_is_set_aside_is_kept_under_another_name,
    a_folder_that_is_not_there_is_refused)
