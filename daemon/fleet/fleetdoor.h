/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETDOOR_H
#define FLEETDOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log;

/*
 * The door to the cluster of a fleet: what siptimed needs of NATS JetStream, as
 * functions of a plugin, siptimed-nats.so.  It is loaded only where [fleet] is
 * configured, so that libnats is not even mapped elsewhere.
 *
 * Calls may block for a few seconds: they belong into a thread of their own,
 * and all into the same.  They return 0 or -errno unless noted.
 */

enum { FLEETDOOR_VERSION = 3, FLEETDOOR_PARTITIONS = 64 };

/* Batches come in parts: what the leader judges, and halves by partition. */
enum { FLEETDOOR_LEADER, FLEETDOOR_PARTITION };

/* Said to all members, and not stored. */
enum fleetdoor_topic { FLEETDOOR_WANTED, FLEETDOOR_JUDGES, FLEETDOOR_TOPICS };

/* put(): whatever is there. */
#define FLEETDOOR_ANY UINT64_MAX

struct fleetdoor_setup {
	const char *servers; /* nats://HOST:PORT, several with commas */
	const char *name;
	const char *prefix; /* of subjects, stream and bucket */
	const char *credentials, *ca, *cert, *key; /* "": none */
};

struct fleetdoor_message {
	const uint8_t *octets; /* borrowed until the next call of its kind */
	size_t len;
	uint64_t sequence;    /* in the stream */
	int64_t stored, sent; /* nanoseconds since 1970; sent 0: not known */
	const char *sensor;   /* who may write there; NULL: not known */
};

struct fleetdoor {
	unsigned version;

	/* Connects by itself, again and again.  NULL: the setup is wrong, and
	 * *why says how (static). */
	void *(*open)(const struct fleetdoor_setup *setup, const char **why);
	void (*close)(void *door);
	bool (*connected)(void *door);
	const char *(*error)(void *door); /* the latest, static */

	/* Stream and bucket are there, or are made: 1 where one was. */
	int (*prepare)(void *door);

	/* A batch of a part: FLEETDOOR_LEADER, or FLEETDOOR_PARTITION + n.  It
	 * is stored by most of the cluster when this returns 0.  The same `id'
	 * twice within the stream's window, in whatever part, is stored once.
	 * -EMSGSIZE: it is larger than the cluster takes. */
	int (*publish)(void *door, unsigned part, const uint8_t *octets,
	    size_t len, const char *id, int64_t sent);

	/* Say it to all, ourselves too; heard(): 1 when there is one. */
	int (*say)(void *door, enum fleetdoor_topic topic,
	    const uint8_t *octets, size_t len);
	int (*heard)(void *door, enum fleetdoor_topic topic,
	    struct fleetdoor_message *m);

	/* The sequence of the latest batch of all parts. */
	int (*latest)(void *door, uint64_t *sequence);

	/* All batches of a part from `sequence' on, in order and without a gap
	 * but for what the stream no longer has.  Each part has its own place,
	 * until it is left. */
	int (*follow)(void *door, unsigned part, uint64_t sequence);
	int (*next)(void *door, unsigned part, struct fleetdoor_message *m,
	    int wait_ms);
	void (*leave)(void *door, unsigned part);

	/* The value of a key: its length, and its revision.  -ENOENT;
	 * -EMSGSIZE: it is longer, and *revision is set. */
	int (*get)(void *door, const char *key, uint8_t *room, size_t size,
	    uint64_t *revision);
	/* Compare and set: *revision is what it must be (0: not there), and is
	 * what it has become.  -EEXIST: it is another. */
	int (*put)(void *door, const char *key, const uint8_t *octets,
	    size_t len, uint64_t *revision);
};

/* A member, as all who judge need it; borrowed. */
struct fleetdoor_member {
	const struct fleetdoor *door;
	void *handle;
	const char *name;
	uint64_t run;
	const struct log *log;
};

/* The plugin beside the program or where it is installed.  NULL, and *why says
 * what is missing. */
const struct fleetdoor *fleetdoor_load(const char **why);

#endif
