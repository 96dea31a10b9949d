/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/evidencedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/thread.h"
#include "host/wholefile.h"

#define ENDING ".pcapng"
#define NEW_NAME "new"

enum {
	NAME = 64,
	WAITING = 32, /* files that are not yet written */
	FILES = 65536 /* most that are looked through */
};

struct evidencefile {
	char name[NAME];
	uint8_t *octets;
	size_t len;
};

struct evidencedir {
	char *path;
	size_t total;
	bool threaded;
	const struct log *log;
	int folder; /* a descriptor */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct evidencefile waiting[WAITING]; /* a ring */
	size_t first, count;
	bool ending, over;
	int error, said; /* of the latest file; what was logged */
	uint64_t written, failed, full;
};

struct entry {
	char name[NAME];
	off_t octets;
	struct timespec changed;
};

static int
compare_age(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->changed.tv_sec != y->changed.tv_sec)
		return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
	if (x->changed.tv_nsec != y->changed.tv_nsec)
		return x->changed.tv_nsec < y->changed.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Only what evidencedir_put() may have written. */
static bool
is_ours(const char *name)
{
	const size_t len = strlen(name), ending = strlen(ENDING);

	return len > ending && len < NAME &&
	    strcmp(name + len - ending, ENDING) == 0;
}

static bool
take_entry(int folder, const char *name, struct entry *entry)
{
	struct stat status;

	if (!is_ours(name) ||
	    fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(status.st_mode))
		return false;
	*entry = (struct entry){
		.octets = status.st_size,
		.changed = status.st_mtim,
	};
	memcpy(entry->name, name, strlen(name) + 1);
	return true;
}

/* The caller frees what *entries becomes. */
static size_t
list(int folder, struct entry **entries)
{
	const int again =
	    openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *all = again < 0 ? NULL : fdopendir(again);
	struct dirent *one;
	size_t count = 0, room = 0;

	*entries = NULL;
	while (all != NULL && count < FILES && (one = readdir(all)) != NULL) {
		if (count == room) {
			struct entry *grown = reallocarray(
			    *entries, 2 * room + 64, sizeof(*grown));

			if (grown == NULL)
				break;
			*entries = grown;
			room = 2 * room + 64;
		}
		count += take_entry(folder, one->d_name, &(*entries)[count]);
	}
	if (all != NULL)
		closedir(all);
	else if (again >= 0)
		close(again);
	return count;
}

/* The oldest go until there is room for `len' octets more. */
static void
make_room(const struct evidencedir *d, size_t len)
{
	struct entry *entries;
	const size_t count = list(d->folder, &entries);
	uint64_t sum = len;

	for (size_t i = 0; i < count; i++)
		sum += (uint64_t)entries[i].octets;
	if (sum > d->total)
		qsort(entries, count, sizeof(*entries), compare_age);
	for (size_t i = 0; i < count && sum > d->total; i++)
		if (unlinkat(d->folder, entries[i].name, 0) == 0)
			sum -= (uint64_t)entries[i].octets;
	free(entries);
}

static int
write_file(const struct evidencedir *d, const struct evidencefile *f)
{
	if (f->len > d->total)
		return -EFBIG;
	make_room(d, f->len);
	return wholefile_write(&(struct wholefile){
	    .folder = d->folder,
	    .name = f->name,
	    .new_name = NEW_NAME,
	    .octets = slice_of(f->octets, f->len),
	});
}

static void
note_result(struct evidencedir *d, int error)
{
	d->error = error;
	d->written += error == 0;
	d->failed += error != 0;
}

static void *
run(void *arg)
{
	struct evidencedir *d = arg;

	pthread_mutex_lock(&d->lock);
	for (;;) {
		struct evidencefile f;
		int error;

		if (d->count == 0 && d->ending)
			break;
		if (d->count == 0) {
			pthread_cond_wait(&d->changed, &d->lock);
			continue;
		}
		f = d->waiting[d->first];
		d->first = (d->first + 1) % WAITING;
		d->count--;
		pthread_mutex_unlock(&d->lock);
		error = write_file(d, &f);
		free(f.octets);
		pthread_mutex_lock(&d->lock);
		note_result(d, error);
	}
	d->over = true;
	pthread_cond_broadcast(&d->changed);
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

/* Nobody but the group may read it. */
static int
open_folder(struct evidencedir *d)
{
	if (mkdir(d->path, 0750) != 0 && errno != EEXIST)
		return -errno;
	d->folder = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->folder < 0 ||
	    faccessat(d->folder, ".", W_OK | X_OK, AT_EACCESS) != 0)
		return -errno;
	return 0;
}

static void
discard(struct evidencedir *d)
{
	if (d->folder >= 0)
		close(d->folder);
	pthread_cond_destroy(&d->changed);
	pthread_mutex_destroy(&d->lock);
	free(d->path);
	free(d);
}

struct evidencedir *
evidencedir_new(const struct evidencedir_setup *setup)
{
	struct evidencedir *d = calloc(1, sizeof(*d));
	int error = -ENOMEM;

	if (d == NULL)
		return NULL;
	d->folder = -1;
	d->log = setup->log;
	d->total = setup->total;
	d->threaded = setup->threaded;
	d->path = strdup(setup->path);
	pthread_mutex_init(&d->lock, NULL);
	thread_condition(&d->changed);
	if (d->path != NULL)
		error = open_folder(d);
	if (error == 0 && d->threaded)
		error = thread_start(&d->thread, run, d);
	if (error == 0)
		return d;
	log_error(setup->log, "%s: %s; the packets behind alerts are not kept",
	    setup->path, strerror(-error));
	discard(d);
	return NULL;
}

static bool
end_thread(struct evidencedir *d, nstime deadline)
{
	bool over;

	pthread_mutex_lock(&d->lock);
	d->ending = true;
	pthread_cond_broadcast(&d->changed);
	while (!d->over && thread_wait(&d->changed, &d->lock, deadline))
		;
	over = d->over;
	pthread_mutex_unlock(&d->lock);
	if (over)
		pthread_join(d->thread, NULL);
	return over;
}

/* A thread that is stuck in its disk is left behind: the process ends. */
void
evidencedir_free(struct evidencedir *d, nstime deadline)
{
	if (d == NULL || (d->threaded && !end_thread(d, deadline)))
		return;
	evidencedir_tick(d);
	discard(d);
}

static void
put(struct evidencedir *d, const struct evidencefile *f)
{
	int error;

	if (!d->threaded) {
		error = write_file(d, f);
		free(f->octets);
		note_result(d, error);
		return;
	}
	pthread_mutex_lock(&d->lock);
	if (d->count == WAITING) {
		d->full++;
		free(f->octets);
	} else {
		d->waiting[(d->first + d->count++) % WAITING] = *f;
		pthread_cond_broadcast(&d->changed);
	}
	pthread_mutex_unlock(&d->lock);
}

void
evidencedir_put(
    struct evidencedir *d, const char *name, uint8_t *octets, size_t len)
{
	struct evidencefile f = { .octets = octets, .len = len };

	snprintf(f.name, sizeof(f.name), "%s%s", name, ENDING);
	put(d, &f);
}

bool
evidencedir_tick(struct evidencedir *d)
{
	int error;

	pthread_mutex_lock(&d->lock);
	error = d->error;
	pthread_mutex_unlock(&d->lock);
	if (error != 0 && d->said == 0)
		log_error(d->log,
		    "%s: the packets behind an alert cannot be written: %s",
		    d->path, strerror(-error));
	if (error == 0 && d->said != 0)
		log_notice(d->log,
		    "%s: the packets behind alerts are written again", d->path);
	d->said = error;
	return error == 0;
}

void
evidencedir_stats(struct evidencedir *d, counter_output *output, void *arg)
{
	pthread_mutex_lock(&d->lock);
	output(arg, COUNTER_OTHER, "evidencedir.written", d->written);
	output(arg, COUNTER_EVENT, "evidencedir.failed", d->failed);
	output(arg, COUNTER_LIMIT, "evidencedir.full", d->full);
	pthread_mutex_unlock(&d->lock);
}
