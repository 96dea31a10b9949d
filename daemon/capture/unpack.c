/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/thread.h"

enum {
	PIPE_OCTETS = 1024 * 1024, /* what the kernel allows everybody */
	OUT_OCTETS = 64 * 1024
};

struct unpack {
	struct window *packed;
	const struct codec *codec;
	void *state;
	int to; /* the pipe */
	pthread_t thread;
	bool joined;
	atomic_uint_fast64_t total;
	const char *error; /* the thread's until it was joined */
	uint8_t out[OUT_OCTETS];
};

/* False: nobody reads any more. */
static bool
write_all(int fd, struct slice octets)
{
	while (octets.len > 0) {
		const ssize_t n = write(fd, octets.p, octets.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		octets = slice_after(octets, (size_t)n);
	}
	return true;
}

static const char *
reason_of(enum codec_result result)
{
	switch (result) {
	case CODEC_DAMAGED:
		return "its compressed octets are damaged";
	case CODEC_TOO_LARGE:
		return "to unpack it takes more than 128 MiB of memory";
	default:
		return "cut short";
	}
}

/* One run of the codec.  False: that was all. */
static bool
unpack_some(struct unpack *u, bool ended)
{
	struct codec_room room = { u->out, sizeof(u->out) };
	const struct slice packed = window_octets(u->packed);
	struct slice in = packed;
	const enum codec_result result =
	    u->codec->run(u->state, &in, ended, &room);
	const size_t made = sizeof(u->out) - room.len;

	window_take(u->packed, packed.len - in.len);
	if (!write_all(u->to, slice_of(u->out, made)))
		return false;
	if (result == CODEC_END)
		return false;
	if (result == CODEC_MORE && (!ended || made > 0 || in.len < packed.len))
		return true;
	u->error = reason_of(result);
	return false;
}

static void *
run(void *arg)
{
	struct unpack *u = arg;
	int got;

	do {
		got = window_need(u->packed, 1);
		atomic_store(&u->total, window_total(u->packed));
		if (got < 0)
			u->error = strerror(-got);
	} while (got >= 0 && unpack_some(u, got == 0));
	close(u->to);
	return NULL;
}

static void
drop(struct unpack *u)
{
	if (u->state != NULL)
		u->codec->free(u->state);
	free(u);
}

int
unpack_new(struct window *packed, const struct codec *codec,
    struct unpack **unpack, int *descriptor)
{
	struct unpack *u = calloc(1, sizeof(*u));
	int ends[2], error;

	if (u == NULL)
		return -ENOMEM;
	u->packed = packed;
	u->codec = codec;
	u->state = codec->new ();
	error = u->state == NULL ? -ENOMEM : 0;
	if (error == 0 && pipe2(ends, O_CLOEXEC) != 0)
		error = -errno;
	if (error != 0) {
		drop(u);
		return error;
	}
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_OCTETS);
	u->to = ends[1];
	/* SIGPIPE is the main thread's, too. */
	error = thread_start(&u->thread, run, u);
	if (error != 0) {
		close(ends[0]);
		close(ends[1]);
		drop(u);
		return error;
	}
	*unpack = u;
	*descriptor = ends[0];
	return 0;
}

static void
join(struct unpack *u)
{
	if (!u->joined)
		pthread_join(u->thread, NULL);
	u->joined = true;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	join(u);
	window_free(u->packed);
	drop(u);
}

uint64_t
unpack_total(const struct unpack *u)
{
	return atomic_load(&u->total);
}

const char *
unpack_error(struct unpack *u)
{
	join(u);
	return u->error;
}
