/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keylogs.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit/unit.h"

#define RANDOM                                                                 \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET RANDOM "000102030405060708090a0b0c0d0e0f"
#define LINE "CLIENT_RANDOM " RANDOM " " SECRET "\n"

static const struct log keylogs_log = { .verbose = false };
static char folder[64], path[100];
static struct secrets *secrets;
static struct keylogs *keylogs;

static void
begin(void)
{
	strcpy(folder, "/tmp/siptimed-keylogs-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log", folder);
	secrets = secrets_new(
	    &(struct secrets_limits){ .sessions = 10, .resumptions = 10 });
	keylogs = keylogs_new(secrets, &keylogs_log);
	ck_assert_ptr_nonnull(keylogs);
}

static void
end(void)
{
	keylogs_free(keylogs);
	secrets_free(secrets);
	unlink(path);
	rmdir(folder);
}

static void
append(const char *text)
{
	FILE *file = fopen(path, "a");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	chmod(path, 0600);
}

static int
add(const char *prefix)
{
	struct config_tls tls = { .name = "edge" };

	snprintf(tls.keylog, sizeof(tls.keylog), "%s%s", prefix, path);
	return keylogs_add(keylogs, &tls);
}

START_TEST(a_file_is_followed_as_it_grows)
{
	begin();
	append(LINE "CLIENT_");
	ck_assert_int_eq(add(""), 0);
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 1);
	append("RANDOM " RANDOM " " SECRET "\n");
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 2);
	end();
}
END_TEST

START_TEST(what_does_not_grow_ends_with_a_whole_line)
{
	begin();
	append(LINE "CLIENT_RANDOM " RANDOM " " SECRET);
	ck_assert_int_eq(add(""), 0);
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 1);
	keylogs_finish(keylogs);
	ck_assert_uint_eq(secrets_told(secrets), 2);
	end();
}
END_TEST

START_TEST(a_file_that_shrank_begins_anew)
{
	begin();
	append(LINE LINE LINE);
	ck_assert_int_eq(add(""), 0);
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_int_eq(truncate(path, 0), 0);
	append(LINE);
	keylogs_read(keylogs, SIZE_MAX);
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 4);
	end();
}
END_TEST

START_TEST(a_file_need_not_be_there_yet)
{
	begin();
	ck_assert_int_eq(add(""), 0);
	keylogs_read(keylogs, SIZE_MAX);
	append(LINE);
	for (unsigned i = 0; i < 30; i++)
		keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 1);
	end();
}
END_TEST

START_TEST(a_file_that_others_can_read_is_refused)
{
	begin();
	append(LINE);
	chmod(path, 0644);
	ck_assert_int_lt(add(""), 0);
	end();
}
END_TEST

START_TEST(a_fifo_has_no_end)
{
	begin();
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(add(""), 0);
	keylogs_read(keylogs, SIZE_MAX);
	append(LINE);
	keylogs_read(keylogs, SIZE_MAX);
	append(LINE);
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 2);
	end();
}
END_TEST

START_TEST(a_socket_takes_lines_of_several)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct stat st;
	int clients[3];

	begin();
	ck_assert_int_eq(add("unix:"), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0660);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	for (unsigned i = 0; i < 3; i++) {
		clients[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		ck_assert_int_eq(
		    connect(clients[i], (const struct sockaddr *)&name,
			sizeof(name)),
		    0);
		ck_assert_int_gt(write(clients[i], LINE, strlen(LINE)), 0);
	}
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 3);
	/* One without its end counts when its sender is gone. */
	ck_assert_int_gt(write(clients[0], LINE, strlen(LINE) - 1), 0);
	for (unsigned i = 0; i < 3; i++)
		close(clients[i]);
	keylogs_read(keylogs, SIZE_MAX);
	ck_assert_uint_eq(secrets_told(secrets), 4);
	end();
}
END_TEST

UNIT("keylogs", a_file_is_followed_as_it_grows,
    what_does_not_grow_ends_with_a_whole_line, a_file_that_shrank_begins_anew,
    a_file_need_not_be_there_yet, a_file_that_others_can_read_is_refused,
    a_fifo_has_no_end, a_socket_takes_lines_of_several)
