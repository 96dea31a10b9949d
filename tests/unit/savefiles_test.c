/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/savefiles.h"

#include <zlib.h>

#include "net/pcapngout.h"
#include "unit/folder.h"

static const struct log logged = { .verbose = false };

/* A file with packets of one octet, `octet', at these seconds. */
static const char *
file_of(const char *name, char octet, const unsigned *seconds, size_t count)
{
	const char *path = folder_path(name);
	FILE *file = fopen(path, "w");
	struct pcapngout out;

	ck_assert_ptr_nonnull(file);
	pcapngout_init(&out, "test", slice_text(""));
	pcapngout_interface(&out, 1);
	for (size_t i = 0; i < count; i++)
		pcapngout_packet(&out,
		    &(struct pcapngout_packet){
			.wall = seconds[i] * NSTIME_S,
			.octets = slice_of(&octet, 1),
			.len = 1,
		    });
	fwrite(out.octets, 1, out.len, file);
	fclose(file);
	pcapngout_done(&out);
	return path;
}

static struct savefiles *
open_all(const char *const *paths, size_t count)
{
	return savefiles_new(&(struct savefiles_setup){
	    .paths = paths,
	    .path_count = count,
	    .user0 = -1,
	    .log = &logged,
	});
}

/* The packets' octets in the order they come. */
static const char *
order(struct savefiles *s)
{
	static char octets[32];
	struct savefiles_source *source;
	size_t count = 0;

	savefiles_begin(s);
	while ((source = savefiles_first(s)) != NULL) {
		ck_assert(source->passed);
		octets[count++] = (char)source->packet.octets.p[0];
		savefiles_next(s);
	}
	octets[count] = '\0';
	return octets;
}

/* What is in a file, by gzip. */
static void
pack(const char *path)
{
	char octets[4096];
	FILE *file = fopen(path, "r");
	const size_t len = fread(octets, 1, sizeof(octets), file);
	gzFile out;

	fclose(file);
	out = gzopen(path, "wb");
	ck_assert_int_eq(gzwrite(out, octets, (unsigned)len), (int)len);
	gzclose(out);
}

START_TEST(what_is_compressed_counts_by_what_it_may_hold)
{
	const char *paths[2];
	struct savefiles *s;
	struct stat plain, packed;

	folder_make();
	paths[0] = file_of("a", 'a', (const unsigned[]){ 1 }, 1);
	paths[1] = file_of("b", 'b', (const unsigned[]){ 1, 2 }, 2);
	pack(paths[1]);
	ck_assert_int_eq(stat(paths[0], &plain), 0);
	ck_assert_int_eq(stat(paths[1], &packed), 0);
	s = open_all(paths, 1);
	ck_assert_uint_eq(savefiles_size(s), (uint64_t)plain.st_size);
	savefiles_free(s);
	s = open_all(paths, 2);
	ck_assert_uint_eq(savefiles_size(s),
	    (uint64_t)plain.st_size + 8 * (uint64_t)packed.st_size);
	savefiles_free(s);
	folder_remove();
}
END_TEST

START_TEST(packets_come_by_their_stamps)
{
	const char *paths[2];
	struct savefiles *s;

	folder_make();
	paths[0] = file_of("a", 'a', (const unsigned[]){ 1, 4, 5 }, 3);
	paths[1] = file_of("b", 'b', (const unsigned[]){ 2, 3, 6 }, 3);
	s = open_all(paths, 2);
	ck_assert_str_eq(order(s), "abbaab");
	ck_assert(!savefiles_broken(s));
	savefiles_free(s);
	folder_remove();
}
END_TEST

START_TEST(of_equal_stamps_the_path_decides_and_a_file_is_read_once)
{
	const char *paths[3];
	struct savefiles *s;

	folder_make();
	paths[1] = file_of("a", 'a', (const unsigned[]){ 1, 2 }, 2);
	paths[0] = paths[2] = file_of("b", 'b', (const unsigned[]){ 1, 2 }, 2);
	s = open_all(paths, 3);
	ck_assert_uint_eq(savefiles_count(s), 2);
	ck_assert_str_eq(order(s), "abab");
	savefiles_free(s);
	folder_remove();
}
END_TEST

START_TEST(a_file_ends_with_its_last_packet)
{
	const char *paths[1];
	struct savefiles *s;
	uint64_t read, total;

	folder_make();
	paths[0] = file_of("a", 'a', (const unsigned[]){ 1, 2 }, 2);
	s = open_all(paths, 1);
	savefiles_begin(s);
	ck_assert(savefiles_next(s));
	ck_assert(!savefiles_next(s));
	ck_assert_ptr_null(savefiles_first(s));
	savefiles_read(s, &read, &total);
	ck_assert_uint_gt(total, 0);
	ck_assert_uint_eq(read, total);
	savefiles_free(s);
	folder_remove();
}
END_TEST

START_TEST(one_that_is_cut_short_is_broken)
{
	const char *paths[1];
	struct savefiles *s;
	struct stat status;

	folder_make();
	paths[0] = file_of("a", 'a', (const unsigned[]){ 1, 2 }, 2);
	ck_assert_int_eq(stat(paths[0], &status), 0);
	ck_assert_int_eq(truncate(paths[0], status.st_size - 16), 0);
	s = open_all(paths, 1);
	ck_assert_str_eq(order(s), "a");
	ck_assert(savefiles_broken(s));
	savefiles_free(s);
	folder_remove();
}
END_TEST

START_TEST(none_is_opened_if_one_cannot_be)
{
	const char *paths[2];

	folder_make();
	paths[0] = file_of("a", 'a', (const unsigned[]){ 1 }, 1);
	paths[1] = folder_path("missing");
	ck_assert_ptr_null(open_all(paths, 2));
	folder_remove();
}
END_TEST

UNIT("savefiles", what_is_compressed_counts_by_what_it_may_hold,
    packets_come_by_their_stamps,
    of_equal_stamps_the_path_decides_and_a_file_is_read_once,
    a_file_ends_with_its_last_packet, one_that_is_cut_short_is_broken,
    none_is_opened_if_one_cannot_be)
