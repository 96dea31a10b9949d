/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A fuzz target without the fuzzer: every file given, and every file in the
 * folders given, goes through it whole and cut short at a few places, each
 * time from a buffer of exactly its size.
 */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned files;

static void
run(const uint8_t *octets, size_t len)
{
	uint8_t *exact = malloc(len + (len == 0));

	if (exact == NULL)
		exit(2);
	memcpy(exact, octets, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static void
run_cut_short(const uint8_t *octets, size_t len)
{
	enum { CUTS = 16 };

	run(octets, len);
	for (size_t i = 0; i < CUTS; i++)
		run(octets, len * i / CUTS);
	for (size_t i = 1; i < CUTS && i < len; i++)
		run(octets, len - i);
}

static int
replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *octets = malloc(size + 1);
	size_t len;

	if (file == NULL || octets == NULL) {
		fprintf(stderr, "%s: cannot read\n", path);
		return 1;
	}
	len = fread(octets, 1, size, file);
	fclose(file);
	run_cut_short(octets, len);
	free(octets);
	files++;
	return 0;
}

static int replay(const char *path);

static int
replay_folder(const char *path)
{
	struct dirent **names;
	const int count = scandir(path, &names, NULL, alphasort);
	int bad = count < 0;

	for (int i = 0; i < count; i++) {
		char inside[4096];

		snprintf(
		    inside, sizeof(inside), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			bad |= replay(inside);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return bad;
}

static int
replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		fprintf(stderr, "%s: not there\n", path);
		return 1;
	}
	return S_ISDIR(st.st_mode) ? replay_folder(path)
				   : replay_file(path, (size_t)st.st_size);
}

int
main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	printf("%u files\n", files);
	return bad;
}
