/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/thread.h"
#include "host/wholefile.h"

#define NAME "state"
#define NEW_NAME "state.new"

struct statefile {
	int folder; /* a descriptor */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct record waiting; /* octets NULL: nothing */
	bool busy, ending, over;
	int error;
};

/* The name is only given to what is on the disk. */
static int
put(const struct statefile *f, const struct record *r)
{
	return wholefile_write(&(struct wholefile){
	    .folder = f->folder,
	    .name = NAME,
	    .new_name = NEW_NAME,
	    .octets = slice_of(r->octets, r->len),
	    .durable = true,
	});
}

static void *
run(void *arg)
{
	struct statefile *f = arg;

	pthread_mutex_lock(&f->lock);
	for (;;) {
		struct record r = f->waiting;
		int error;

		if (r.octets == NULL && f->ending)
			break;
		if (r.octets == NULL) {
			pthread_cond_wait(&f->changed, &f->lock);
			continue;
		}
		f->waiting = (struct record){ .len = 0 };
		f->busy = true;
		pthread_mutex_unlock(&f->lock);
		error = put(f, &r);
		record_done(&r);
		pthread_mutex_lock(&f->lock);
		f->busy = false;
		f->error = error;
	}
	f->over = true;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* A folder that is not ours to write to, or that another instance uses, is
 * found out now.  The lock goes with the descriptor. */
static int
open_folder(struct statefile *f, const char *folder)
{
	f->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->folder < 0 ||
	    faccessat(f->folder, ".", W_OK | X_OK, AT_EACCESS) != 0 ||
	    flock(f->folder, LOCK_EX | LOCK_NB) != 0)
		return -errno;
	return 0;
}

int
statefile_new(struct statefile **made, const char *folder)
{
	struct statefile *f = calloc(1, sizeof(*f));
	int error;

	if (f == NULL)
		return -ENOMEM;
	pthread_mutex_init(&f->lock, NULL);
	thread_condition(&f->changed);
	error = open_folder(f, folder);
	if (error == 0)
		error = thread_start(&f->thread, run, f);
	if (error == 0) {
		*made = f;
		return 0;
	}
	if (f->folder >= 0)
		close(f->folder);
	free(f);
	return error;
}

/* A thread that is stuck in fsync is left behind: the process ends. */
void
statefile_free(struct statefile *f, nstime deadline)
{
	bool over;

	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	f->ending = true;
	pthread_cond_broadcast(&f->changed);
	while (!f->over && thread_wait(&f->changed, &f->lock, deadline))
		;
	over = f->over;
	pthread_mutex_unlock(&f->lock);
	if (!over)
		return;
	pthread_join(f->thread, NULL);
	close(f->folder);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static int
read_all(int file, size_t most, uint8_t **octets, size_t *len)
{
	struct stat status;
	uint8_t *read_into;
	size_t done = 0;

	if (fstat(file, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_uid != geteuid() || status.st_nlink != 1)
		return -EPERM;
	if ((uint64_t)status.st_size > most)
		return -EFBIG;
	read_into = malloc((size_t)status.st_size + 1);
	if (read_into == NULL)
		return -ENOMEM;
	while (done < (size_t)status.st_size) {
		const ssize_t n =
		    read(file, read_into + done, (size_t)status.st_size - done);

		if (n == 0)
			break;
		if (n < 0 && errno != EINTR) {
			const int error = -errno;

			free(read_into);
			return error;
		}
		if (n > 0)
			done += (size_t)n;
	}
	*octets = read_into;
	*len = done;
	return 0;
}

int
statefile_read(
    const struct statefile *f, size_t most, uint8_t **octets, size_t *len)
{
	const int file = openat(
	    f->folder, NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int error;

	if (file < 0)
		return -errno;
	error = read_all(file, most, octets, len);
	close(file);
	return error;
}

int
statefile_set_aside(
    const struct statefile *f, nstime wall, struct textbuf *name)
{
	textbuf_add(name, NAME ".damaged-");
	textbuf_time(name, wall);
	return renameat(f->folder, NAME, f->folder, name->text) == 0 ? 0
								     : -errno;
}

void
statefile_write(struct statefile *f, struct record *r)
{
	pthread_mutex_lock(&f->lock);
	record_done(&f->waiting);
	f->waiting = *r;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	*r = (struct record){ .len = 0 };
}

bool
statefile_idle(struct statefile *f)
{
	bool idle;

	pthread_mutex_lock(&f->lock);
	idle = !f->busy && f->waiting.octets == NULL;
	pthread_mutex_unlock(&f->lock);
	return idle;
}

int
statefile_error(struct statefile *f)
{
	int error;

	pthread_mutex_lock(&f->lock);
	error = f->error;
	pthread_mutex_unlock(&f->lock);
	return error;
}
