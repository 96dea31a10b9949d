/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/textbuf.h"
#include "report/fields.h"
#include "outlet/sink_json.h"
#include "outlet/sink_text.h"
#include "host/wallclock.h"

struct file {
	char *path; /* NULL: standard output */
	int descriptor;
	bool json;
};

static struct sink_record *
line_record(int priority, struct slice text)
{
	struct sink_record *record = sink_record_new(priority, text.len + 1);

	if (record == NULL)
		return NULL;
	memcpy(record->octets, text.p, text.len);
	record->octets[text.len] = '\n';
	return record;
}

static struct sink_record *
format(void *state, const struct alert_event *event)
{
	const struct file *f = state;
	char store[SINK_TEXT_OCTETS];
	struct textbuf t;

	if (f->json)
		return sink_json_record(state, event);
	textbuf_init(&t, store, sizeof(store));
	sink_text_write(&t, event);
	return line_record(
	    (int)fields_priority(event->severity), textbuf_slice(&t));
}

static bool
tells_joined(const void *state)
{
	return ((const struct file *)state)->json;
}

static struct sink_record *
note(void *state, int priority, const char *text)
{
	const struct file *f = state;

	return f->json ? sink_json_note(state, priority, text)
		       : line_record(priority, slice_text(text));
}

static int
open_file(struct file *f)
{
	if (f->path == NULL) {
		f->descriptor = STDOUT_FILENO;
		return 0;
	}
	/* Opening a pipe that nobody reads would wait for a reader. */
	f->descriptor = open(f->path,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	    0640);
	if (f->descriptor < 0 || fcntl(f->descriptor, F_SETFL, O_APPEND) != 0)
		return -errno;
	return 0;
}

static void
close_descriptor(struct file *f)
{
	if (f->path != NULL && f->descriptor >= 0)
		close(f->descriptor);
	f->descriptor = -1;
}

static int
reopen(void *state)
{
	close_descriptor(state);
	return open_file(state);
}

/* Take back the part of a line that still fitted: the next reader of this
 * file expects whole lines. */
static void
undo(const struct file *f, off_t size)
{
	if (size >= 0 && ftruncate(f->descriptor, size) != 0)
		return; /* then it stays; deliver() reports the first error */
}

/* Standard output may be a pipe that does not block; wait until it takes
 * more. */
static bool
may_go_on(const struct file *f, int error)
{
	struct pollfd pollfd = { .fd = f->descriptor, .events = POLLOUT };

	if (error == EAGAIN)
		poll(&pollfd, 1, -1);
	return error == EAGAIN || error == EINTR;
}

static int
deliver(void *state, const struct sink_record *record)
{
	struct file *f = state;
	struct stat before;
	size_t done = 0;
	int error = f->descriptor < 0 ? open_file(f) : 0;
	off_t size = -1;

	if (error != 0)
		return error;
	if (fstat(f->descriptor, &before) == 0 && S_ISREG(before.st_mode))
		size = before.st_size;
	while (done < record->len) {
		const ssize_t n = write(
		    f->descriptor, record->octets + done, record->len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (!may_go_on(f, errno)) {
			error = -errno;
			if (done > 0)
				undo(f, size);
			return error;
		}
	}
	return 0;
}

static void
close_file(void *state)
{
	struct file *f = state;

	close_descriptor(f);
	free(f->path);
	free(f);
}

/* `path' is copied; NULL: standard output. */
static struct file *
file_new(const char *path, bool json)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->json = json;
	f->descriptor = -1;
	if (path == NULL)
		return f;
	f->path = strdup(path);
	if (f->path != NULL)
		return f;
	free(f);
	return NULL;
}

static struct sink *
make(const char *path, bool json, const struct sink_setup *setup)
{
	static const struct sink_kind kind = {
		.tells_joined = tells_joined,
		.format = format,
		.note = note,
		.deliver = deliver,
		.reopen = reopen,
		.close = close_file,
	};
	struct file *f = file_new(path, json);
	int error;

	if (f == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	error = open_file(f);
	if (error != 0) {
		close_file(f);
		errno = -error;
		return NULL;
	}
	return sink_new(path == NULL ? "stdout" : path, &kind, f, setup->limit,
	    setup->rate);
}

struct sink *
sink_file_standard(const struct sink_setup *setup)
{
	return make(NULL, setup->json, setup);
}

struct sink *
sink_file_json(const struct sink_setup *setup)
{
	return make(setup->argument, true, setup);
}
