/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keytail.h"

#include "unit/folder.h"
#include "unit/said.h"

#define RANDOM                                                                 \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET RANDOM "000102030405060708090a0b0c0d0e0f"
#define LINE "CLIENT_RANDOM " RANDOM " " SECRET "\n"

enum { LOOK = 20, LONG = 2000, NOBODY = 65534 }; /* calls; a user */

static const struct log keytail_log = { .verbose = false };
static struct config_tls tls = { .name = "edge" };
static struct keyteller_reading reading;
static struct keytail tail;
static FILE *writer;

static void
create(mode_t mode)
{
	writer = fopen(tls.keylog, "a");
	ck_assert_ptr_nonnull(writer);
	ck_assert_int_eq(chmod(tls.keylog, mode), 0);
}

static void
tell(FILE *file)
{
	fputs(LINE, file);
	fflush(file);
}

static void
read_on(unsigned calls)
{
	while (calls-- > 0)
		keytail_read(&tail, &reading, SIZE_MAX);
}

static void
begin(void)
{
	folder_make();
	snprintf(tls.keylog, sizeof(tls.keylog), "%s", folder_path("log"));
	reading.secrets = secrets_new(
	    &(struct secrets_limits){ .sessions = 10, .resumptions = 10 });
	ck_assert_ptr_nonnull(reading.secrets);
	create(0600);
	said_begin();
	ck_assert_int_eq(keytail_init(&tail, &tls, &keytail_log), 0);
	tell(writer);
	read_on(LOOK);
}

static void
end(void)
{
	keytail_done(&tail, &reading);
	secrets_free(reading.secrets);
	folder_remove();
}

static uint64_t
told(void)
{
	return secrets_told(reading.secrets);
}

/* Returns the writer of the file that was replaced. */
static FILE *
rotate(mode_t mode)
{
	FILE *const before = writer;

	ck_assert_int_eq(rename(tls.keylog, folder_path("log.1")), 0);
	create(mode);
	return before;
}

START_TEST(a_file_that_was_replaced_is_read_on_beside_the_new_one)
{
	FILE *before;

	begin();
	before = rotate(0600);
	tell(before);
	tell(writer);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 3);
	tell(before);
	tell(writer);
	read_on(LONG);
	ck_assert_uint_eq(told(), 5);
	tell(before);
	read_on(1);
	ck_assert_uint_eq(told(), 6);
	/* There is nothing to say. */
	ck_assert_str_eq(said_all(), "");
	fclose(before);
	fclose(writer);
	end();
}
END_TEST

START_TEST(one_that_was_deleted_is_given_up_when_it_is_silent)
{
	FILE *before;

	begin();
	before = rotate(0600);
	read_on(LOOK);
	unlink(folder_path("log.1"));
	tell(before);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 2);
	read_on(LONG);
	tell(before);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 2);
	tell(writer);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 3);
	fclose(before);
	fclose(writer);
	end();
}
END_TEST

START_TEST(what_is_refused_is_said_once_and_tried_again)
{
	FILE *before;

	begin();
	before = rotate(0644);
	tell(writer);
	read_on(LONG);
	ck_assert_uint_eq(told(), 1);
	ck_assert(keytail_refused(&tail));
	said_that("others may read it (mode 0644)");
	ck_assert_ptr_null(strstr(strchr(said_all(), '\n'), "others"));
	/* The one before is still there. */
	tell(before);
	read_on(1);
	ck_assert_uint_eq(told(), 2);
	ck_assert_int_eq(chmod(tls.keylog, 0640), 0);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 3);
	ck_assert(!keytail_refused(&tail));
	said_that("read from now on");
	fclose(before);
	fclose(writer);
	end();
}
END_TEST

/* root may read all. */
static void
drop(void)
{
	if (geteuid() == 0)
		ck_assert_int_eq(setresuid(NOBODY, NOBODY, 0), 0);
}

static void
regain(void)
{
	if (getuid() == NOBODY)
		ck_assert_int_eq(setresuid(0, 0, 0), 0);
}

START_TEST(what_replaces_it_unseen_is_warned_of_once)
{
	begin();
	ck_assert_int_eq(chmod(folder, 0), 0);
	drop();
	tell(writer);
	read_on(LONG);
	ck_assert_uint_eq(told(), 2);
	ck_assert(!keytail_refused(&tail));
	said_that("once it is replaced, no more is decrypted by it: let "
		  "siptimed read it");
	ck_assert_ptr_null(strstr(strchr(said_all(), '\n'), "replaced"));
	regain();
	ck_assert_int_eq(chmod(folder, 0700), 0);
	fclose(writer);
	end();
}
END_TEST

START_TEST(one_that_is_not_permitted_is_read_once_it_is)
{
	FILE *before;

	begin();
	before = rotate(0600);
	tell(writer);
	ck_assert_int_eq(chmod(tls.keylog, 0), 0);
	ck_assert_int_eq(chmod(folder, 0711), 0);
	drop();
	read_on(LONG);
	ck_assert(keytail_refused(&tail));
	said_that("not permitted to read it; let siptimed read it");
	ck_assert_ptr_null(strstr(strchr(said_all(), '\n'), "permitted"));
	regain();
	ck_assert_int_eq(chmod(tls.keylog, 0600), 0);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 2);
	ck_assert(!keytail_refused(&tail));
	fclose(before);
	fclose(writer);
	end();
}
END_TEST

START_TEST(a_file_that_is_gone_is_awaited)
{
	begin();
	fclose(writer);
	unlink(tls.keylog);
	read_on(LONG);
	ck_assert(!keytail_refused(&tail));
	create(0600);
	tell(writer);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 2);
	ck_assert_str_eq(said_all(), "");
	fclose(writer);
	end();
}
END_TEST

START_TEST(a_fifo_may_be_replaced_by_a_file)
{
	begin();
	fclose(writer);
	unlink(tls.keylog);
	ck_assert_int_eq(mkfifo(tls.keylog, 0600), 0);
	read_on(LOOK);
	create(0600);
	tell(writer);
	read_on(1);
	ck_assert_uint_eq(told(), 2);
	fclose(writer);
	unlink(tls.keylog);
	create(0600);
	tell(writer);
	read_on(LOOK);
	ck_assert_uint_eq(told(), 3);
	fclose(writer);
	end();
}
END_TEST

START_TEST(a_folder_is_no_key_log)
{
	begin();
	fclose(writer);
	unlink(tls.keylog);
	ck_assert_int_eq(mkdir(tls.keylog, 0700), 0);
	read_on(LONG);
	ck_assert(keytail_refused(&tail));
	said_that("neither a file nor a FIFO");
	end();
}
END_TEST

UNIT("keytail", a_file_that_was_replaced_is_read_on_beside_the_new_one,
    one_that_was_deleted_is_given_up_when_it_is_silent,
    what_is_refused_is_said_once_and_tried_again,
    what_replaces_it_unseen_is_warned_of_once,
    one_that_is_not_permitted_is_read_once_it_is,
    a_file_that_is_gone_is_awaited, a_fifo_may_be_replaced_by_a_file,
    a_folder_is_no_key_log)
