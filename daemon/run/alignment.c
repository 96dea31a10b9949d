/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/alignment.h"

#include <errno.h>
#include <stdlib.h>

#include "capture/savefile.h"

enum { MOST_PACKETS = 1000000 };

struct alignment_file {
	struct savefile *savefile;
	struct packet packet; /* the next one, while there is one */
	bool ended;
};

struct alignment_pass {
	struct alignment_file *files;
	size_t count;
	struct decode *decode;
	struct align *align;
};

static void
on_event(void *arg, const struct decode_event *event)
{
	const struct alignment_pass *pass = arg;

	align_input(pass->align, event);
}

static void
read_next(struct alignment_file *f)
{
	bool passed;

	f->ended =
	    savefile_next(f->savefile, &f->packet, &passed) != SAVEFILE_PACKET;
}

static int
open_files(struct alignment_pass *pass, const struct alignment_files *files,
    const struct log *log)
{
	const struct format_secrets nothing = { .output = NULL };

	for (size_t i = 0; i < pass->count; i++) {
		const int error = savefile_open(files->paths[i], files->user0,
		    &nothing, log, &pass->files[i].savefile);

		if (error < 0)
			return error;
		pass->files[i].packet.source = (unsigned)i;
		read_next(&pass->files[i]);
	}
	return 0;
}

/* Few files are read, and none is long: no heap is needed. */
static struct alignment_file *
earliest(struct alignment_pass *pass)
{
	struct alignment_file *first = NULL;

	for (size_t i = 0; i < pass->count; i++) {
		struct alignment_file *f = &pass->files[i];

		if (!f->ended &&
		    (first == NULL || f->packet.wall < first->packet.wall))
			first = f;
	}
	return first;
}

static void
read_all(struct alignment_pass *pass)
{
	struct alignment_file *f;

	for (size_t i = 0; i < MOST_PACKETS; i++) {
		f = earliest(pass);
		if (f == NULL)
			return;
		f->packet.now = f->packet.wall;
		if (!f->packet.unstamped)
			decode_input(pass->decode, &f->packet);
		read_next(f);
	}
}

static void
end(struct alignment_pass *pass)
{
	for (size_t i = 0; pass->files != NULL && i < pass->count; i++)
		savefile_free(pass->files[i].savefile);
	free(pass->files);
	decode_free(pass->decode);
}

int
alignment_find(struct alignment *a, const struct alignment_files *files,
    const struct log *log)
{
	const size_t count = files->count;
	const struct decode_limits limits = {
		.tunnels = true, .fragments = 1024, .fragment_octets = 1 << 22
	};
	struct alignment_pass pass = {
		.count = count,
		.files = calloc(count, sizeof(*pass.files)),
		.align = align_new((unsigned)count),
	};
	struct align_pair pair;
	unsigned first;
	int error = -ENOMEM;

	*a = (struct alignment){ .align = pass.align };
	pass.decode = decode_new(&limits, on_event, &pass);
	if (pass.files != NULL && pass.align != NULL && pass.decode != NULL)
		error = open_files(&pass, files, log);
	if (error == 0)
		read_all(&pass);
	end(&pass);
	if (error < 0)
		return error;
	align_corrections(a->align, a->corrections);
	for (unsigned i = 0; i < count; i++)
		a->differs =
		    a->differs || alignment_differs(a, i, &first, &pair);
	return 0;
}

void
alignment_done(struct alignment *a)
{
	align_free(a->align);
	a->align = NULL;
}

bool
alignment_differs(const struct alignment *a, unsigned second, unsigned *first,
    struct align_pair *pair)
{
	for (*first = 0; a->align != NULL && *first < second; ++*first)
		if (align_pair(a->align, *first, second, pair))
			return pair->differs;
	return false;
}
