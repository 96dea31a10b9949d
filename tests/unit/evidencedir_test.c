/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/evidencedir.h"

#include "host/wallclock.h"
#include "unit/folder.h"
#include "unit/said.h"

static const struct log quiet;

static struct evidencedir *
open_it(const char *name, size_t total, bool threaded)
{
	return evidencedir_new(&(struct evidencedir_setup){
	    .path = folder_path(name),
	    .total = total,
	    .threaded = threaded,
	    .log = &quiet,
	});
}

static void
put(struct evidencedir *d, const char *name, size_t len)
{
	evidencedir_put(d, name, calloc(1, len), len);
}

static nstime
soon(void)
{
	return wallclock_monotonic() + 10 * NSTIME_S;
}

static off_t
octets_of(const char *name)
{
	struct stat status;

	return stat(folder_path(name), &status) == 0 ? status.st_size : -1;
}

START_TEST(a_file_has_its_name_and_few_may_read_it)
{
	struct evidencedir *d;
	struct stat status;

	folder_make();
	d = open_it("new", 1000, false);
	put(d, "a-1", 7);
	ck_assert_int_eq(octets_of("new/a-1.pcapng"), 7);
	ck_assert_int_eq(stat(folder_path("new/a-1.pcapng"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0640);
	ck_assert_int_eq(stat(folder_path("new"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0750);
	ck_assert(evidencedir_tick(d));
	evidencedir_free(d, soon());
	folder_remove();
}
END_TEST

START_TEST(a_thread_has_written_all_at_the_end)
{
	struct evidencedir *d;

	folder_make();
	d = open_it(".", 1000, true);
	put(d, "a-1", 7);
	put(d, "b-1", 8);
	evidencedir_free(d, soon());
	ck_assert_int_eq(octets_of("a-1.pcapng"), 7);
	ck_assert_int_eq(octets_of("b-1.pcapng"), 8);
	folder_remove();
}
END_TEST

START_TEST(the_oldest_make_room_and_others_stay)
{
	struct evidencedir *d;

	folder_make();
	folder_write("notes", "these are not ours");
	d = open_it(".", 20, false);
	put(d, "a-1", 9);
	put(d, "b-1", 9);
	put(d, "c-1", 9);
	ck_assert_int_eq(octets_of("a-1.pcapng"), -1);
	ck_assert_int_eq(octets_of("b-1.pcapng"), 9);
	ck_assert_int_eq(octets_of("c-1.pcapng"), 9);
	ck_assert_int_gt(octets_of("notes"), 0);
	evidencedir_free(d, soon());
	folder_remove();
}
END_TEST

START_TEST(a_link_is_not_followed)
{
	struct evidencedir *d;

	folder_make();
	folder_write("victim", "precious");
	ck_assert_int_eq(symlink(folder_path("victim"), folder_path("new")), 0);
	d = open_it(".", 100, false);
	put(d, "a-1", 9);
	ck_assert_int_eq(octets_of("victim"), 8);
	ck_assert_int_eq(octets_of("a-1.pcapng"), 9);
	evidencedir_free(d, soon());
	folder_remove();
}
END_TEST

START_TEST(what_cannot_be_written_is_said_once)
{
	struct evidencedir *d;
	const char *said;

	folder_make();
	d = open_it(".", 20, false);
	said_begin();
	put(d, "a-1", 21);
	ck_assert(!evidencedir_tick(d));
	put(d, "a-1", 21);
	ck_assert(!evidencedir_tick(d));
	said_that("cannot be written: File too large");
	said = strstr(said_all(), "cannot be");
	ck_assert_ptr_null(strstr(said + 1, "cannot be"));
	put(d, "a-1", 2);
	ck_assert(evidencedir_tick(d));
	said_that("are written again");
	evidencedir_free(d, soon());
	folder_remove();
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_is_refused)
{
	folder_make();
	said_begin();
	ck_assert_ptr_null(open_it("no/such", 20, false));
	said_that("No such file");
	folder_remove();
}
END_TEST

UNIT("evidencedir", a_file_has_its_name_and_few_may_read_it,
    a_thread_has_written_all_at_the_end, the_oldest_make_room_and_others_stay,
    a_link_is_not_followed, what_cannot_be_written_is_said_once,
    a_folder_that_cannot_be_made_is_refused)
