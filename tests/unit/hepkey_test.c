/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/hepkey.h"

#include "unit/folder.h"

enum { LONGEST = HEPREADING_KEY - 1 };

static const struct log hepkey_log = { .silent = true };
static char key[HEPREADING_KEY];

/* Was it read?  The file has so many letters, and this behind them. */
static bool
reads(size_t letters, const char *after, mode_t mode)
{
	struct config *config = config_new();
	char text[HEPREADING_KEY + 16];
	bool read;

	ck_assert_ptr_nonnull(config);
	memset(text, 'k', letters);
	strcpy(text + letters, after);
	folder_write("key", text);
	ck_assert_int_eq(chmod(folder_path("key"), mode), 0);
	strcpy(config->hep.key, folder_path("key"));
	strcpy(key, "before");
	read = hepkey_read(config, key, &hepkey_log) == 0;
	config_free(config);
	return read;
}

START_TEST(the_first_line_is_the_key)
{
	folder_make();
	ck_assert(reads(3, "\nmore\n", 0600));
	ck_assert_str_eq(key, "kkk");
	ck_assert(reads(3, "\r\n", 0600));
	ck_assert_str_eq(key, "kkk");
	ck_assert(reads(3, "", 0600));
	ck_assert_str_eq(key, "kkk");
	folder_remove();
}
END_TEST

START_TEST(the_longest_key_is_read_whole)
{
	folder_make();
	ck_assert(reads(LONGEST, "\n", 0600));
	ck_assert_uint_eq(strlen(key), LONGEST);
	ck_assert(reads(LONGEST, "", 0600));
	ck_assert_uint_eq(strlen(key), LONGEST);
	folder_remove();
}
END_TEST

/* Cut, it would be a key that no agent sends. */
START_TEST(a_longer_key_is_refused)
{
	folder_make();
	ck_assert(!reads(LONGEST + 1, "", 0600));
	ck_assert_str_eq(key, "before");
	ck_assert(!reads(LONGEST + 2, "\n", 0600));
	ck_assert_str_eq(key, "before");
	folder_remove();
}
END_TEST

START_TEST(a_refused_file_leaves_the_key_as_it_was)
{
	folder_make();
	ck_assert(!reads(0, "", 0600));
	ck_assert_str_eq(key, "before");
	ck_assert(!reads(0, "\nkey\n", 0600));
	ck_assert_str_eq(key, "before");
	ck_assert(!reads(3, "\n", 0604));
	ck_assert_str_eq(key, "before");
	folder_remove();
}
END_TEST

UNIT("hepkey", the_first_line_is_the_key, the_longest_key_is_read_whole,
    a_longer_key_is_refused, a_refused_file_leaves_the_key_as_it_was)
