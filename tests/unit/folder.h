/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FOLDER_H
#define FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/unit.h"

/* A folder for one test: tcase_add_checked_fixture() is not needed, since
 * folder_remove() is called at its end, and a failed one leaves its files. */

static char folder[] = "/tmp/siptimed-unit-XXXXXX";

static inline void
folder_make(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline int
folder_remove_one(
    const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
	(void)status;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline void
folder_remove(void)
{
	nftw(folder, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A path in it; good until the next call but three. */
static inline char *
folder_path(const char *name)
{
	static char paths[4][256];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static inline void
folder_write(const char *name, const char *text)
{
	FILE *file = fopen(folder_path(name), "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/* The first octets of a file; empty if there is none. */
static inline const char *
folder_read(const char *name)
{
	static char text[16384];
	FILE *file = fopen(folder_path(name), "r");
	size_t len = 0;

	if (file != NULL) {
		len = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[len] = '\0';
	return text;
}

/* Does a file hold this text, among whatever else? */
static inline bool
folder_holds(const char *name, const char *text)
{
	FILE *file = fopen(folder_path(name), "r");
	char octets[16384];
	size_t len;

	if (file == NULL)
		return false;
	len = fread(octets, 1, sizeof(octets), file);
	fclose(file);
	return slice_find(slice_of(octets, len), text) < len;
}

#endif
