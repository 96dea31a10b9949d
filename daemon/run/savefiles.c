/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/savefiles.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/totals.h"

enum { UNPACKED = 8 }; /* times what a compressed file is large, about */

struct savefiles {
	struct savefiles_setup setup;
	struct savefiles_source *sources; /* in order of their paths */
	size_t source_count;
	struct alignment alignment;     /* of the sources' clocks */
	struct savefiles_source **heap; /* those with a packet, earliest on top
					 */
	size_t heap_len;
	uint64_t octets;
	struct totals stats;
};

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The paths sorted, each once. */
static size_t
sort_paths(const struct savefiles_setup *setup, const char **sorted)
{
	size_t count = 0;

	memcpy(sorted, setup->paths, setup->path_count * sizeof(*sorted));
	qsort(sorted, setup->path_count, sizeof(*sorted), compare_paths);
	for (size_t i = 0; i < setup->path_count; i++)
		if (count == 0 || strcmp(sorted[count - 1], sorted[i]) != 0)
			sorted[count++] = sorted[i];
	return count;
}

/* Log every file that cannot be opened, not only the first. */
static int
open_sources(struct savefiles *s, const char *const *paths, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count; i++) {
		struct savefile *savefile;
		const int failed = savefile_open(paths[i], s->setup.user0,
		    &s->setup.secrets, s->setup.log, &savefile);

		if (failed < 0) {
			error = failed == -ENOMEM ? failed : -EINVAL;
			continue;
		}
		s->octets += savefile_octets(savefile);
		s->sources[s->source_count++].savefile = savefile;
	}
	return error;
}

static bool
has_pipe(const struct savefiles *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (savefile_octets(s->sources[i].savefile) == 0)
			return true;
	return false;
}

/* Only regular files can be read twice.  A possible difference of their clocks
 * is no reason not to judge them. */
static void
find_alignment(struct savefiles *s)
{
	const char **paths;

	if (s->source_count < 2 || has_pipe(s))
		return;
	paths = calloc(s->source_count, sizeof(*paths));
	if (paths == NULL)
		return;
	for (size_t i = 0; i < s->source_count; i++)
		paths[i] = savefile_path(s->sources[i].savefile);
	alignment_find(&s->alignment,
	    &(struct alignment_files){ .paths = paths,
		.count = s->source_count,
		.user0 = s->setup.user0 },
	    s->setup.log);
	free(paths);
}

/* Their links may differ, so each compiles the filter for its own. */
static int
set_filter(struct savefiles *s)
{
	const char *filter = s->setup.filter;

	if (filter == NULL || filter[0] == '\0')
		return 0;
	for (size_t i = 0; i < s->source_count; i++)
		if (savefile_filter(s->sources[i].savefile, filter) < 0)
			return -EINVAL;
	return 0;
}

static bool
is_earlier(const struct savefiles_source *a, const struct savefiles_source *b)
{
	if (a->packet.wall != b->packet.wall)
		return a->packet.wall < b->packet.wall;
	return a->packet.source < b->packet.source;
}

static void
sift_down(struct savefiles *s, size_t at)
{
	struct savefiles_source *const moved = s->heap[at];
	size_t child;

	for (; (child = 2 * at + 1) < s->heap_len; at = child) {
		if (child + 1 < s->heap_len &&
		    is_earlier(s->heap[child + 1], s->heap[child]))
			child++;
		if (!is_earlier(s->heap[child], moved))
			break;
		s->heap[at] = s->heap[child];
	}
	s->heap[at] = moved;
}

/* Read the source's next packet; false at its end. */
static bool
read_next(const struct savefiles *s, struct savefiles_source *source)
{
	const enum savefile_read got =
	    savefile_next(source->savefile, &source->packet, &source->passed);
	const unsigned number = source->packet.source;

	if (s->setup.align && number < ALIGN_SOURCES)
		source->packet.wall -= s->alignment.corrections[number];
	source->broken = got == SAVEFILE_BROKEN;
	return got == SAVEFILE_PACKET;
}

void
savefiles_begin(struct savefiles *s)
{
	for (size_t i = 0; i < s->source_count; i++) {
		s->sources[i].packet.source = (unsigned)i;
		if (read_next(s, &s->sources[i]))
			s->heap[s->heap_len++] = &s->sources[i];
	}
	for (size_t i = s->heap_len / 2; i > 0; i--)
		sift_down(s, i - 1);
}

static int
open_all(struct savefiles *s)
{
	const size_t most = s->setup.path_count;
	const char **paths = calloc(most, sizeof(*paths));
	int error = -ENOMEM;

	s->sources = calloc(most, sizeof(*s->sources));
	s->heap = calloc(most, sizeof(*s->heap));
	if (paths != NULL && s->sources != NULL && s->heap != NULL)
		error = open_sources(s, paths, sort_paths(&s->setup, paths));
	free(paths);
	return error < 0 ? error : set_filter(s);
}

struct savefiles *
savefiles_new(const struct savefiles_setup *setup)
{
	struct savefiles *s = calloc(1, sizeof(*s));
	int error = -ENOMEM;

	if (s != NULL) {
		s->setup = *setup;
		error = open_all(s);
	}
	if (error == 0) {
		find_alignment(s);
		return s;
	}
	if (error == -ENOMEM)
		log_error(setup->log, "out of memory; name fewer files");
	savefiles_free(s);
	return NULL;
}

void
savefiles_free(struct savefiles *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->source_count; i++)
		savefile_free(s->sources[i].savefile);
	alignment_done(&s->alignment);
	free(s->sources);
	free(s->heap);
	free(s);
}

bool
savefiles_lend(struct savefiles *s, const struct window_borrower *borrower,
    struct slice *area)
{
	return s->source_count == 1 &&
	    savefile_lend(s->sources[0].savefile, borrower, area);
}

struct savefiles_source *
savefiles_first(struct savefiles *s)
{
	return s->heap_len > 0 ? s->heap[0] : NULL;
}

bool
savefiles_next(struct savefiles *s)
{
	const bool more = read_next(s, s->heap[0]);

	if (!more)
		s->heap[0] = s->heap[--s->heap_len];
	if (s->heap_len > 0)
		sift_down(s, 0);
	return more;
}

static const char *
name_of(const struct savefiles *s, unsigned source)
{
	const char *path = savefile_path(s->sources[source].savefile);
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

size_t
savefiles_count(const struct savefiles *s)
{
	return s->source_count;
}

uint64_t
savefiles_size(const struct savefiles *s)
{
	uint64_t size = 0;

	for (size_t i = 0; i < s->source_count; i++) {
		const struct savefile *savefile = s->sources[i].savefile;

		size += savefile_octets(savefile) *
		    (savefile_is_compressed(savefile) ? UNPACKED : 1);
	}
	return size;
}

bool
savefiles_doubtful(const struct savefiles *s)
{
	return s->alignment.differs && !s->setup.align;
}

bool
savefiles_differ(
    const struct savefiles *s, size_t number, struct savefiles_clocks *clocks)
{
	struct align_pair pair;
	unsigned first;

	if (!alignment_differs(&s->alignment, (unsigned)number, &first, &pair))
		return false;
	*clocks = (struct savefiles_clocks){
		.first = name_of(s, first),
		.second = name_of(s, (unsigned)number),
		.offset = pair.offset,
	};
	return true;
}

bool
savefiles_broken(const struct savefiles *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (s->sources[i].broken)
			return true;
	return false;
}

void
savefiles_complain(const struct savefiles *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (s->sources[i].broken)
			savefile_complain(s->sources[i].savefile);
}

void
savefiles_read(const struct savefiles *s, uint64_t *read, uint64_t *total)
{
	*read = *total = 0;
	if (has_pipe(s))
		return;
	for (size_t i = 0; i < s->source_count; i++)
		*read += savefile_octets_read(s->sources[i].savefile);
	*total = s->octets;
}

void
savefiles_stats(struct savefiles *s, counter_output *output, void *arg)
{
	struct totals *const sum = &s->stats;

	*sum = (struct totals){ .count = 0 };
	for (size_t i = 0; i < s->source_count; i++)
		savefile_stats(s->sources[i].savefile, totals_gather, sum);
	for (size_t i = 0; i < sum->count; i++)
		output(arg, sum->entries[i].kind, sum->entries[i].name,
		    sum->entries[i].value);
}
