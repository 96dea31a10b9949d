/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INTERFACES_H
#define INTERFACES_H

#include "capture/capture.h"
#include "host/log.h"

/*
 * The interfaces that are watched, each in a slot of its own: packet.source is
 * the number of its slot.  An interface that is down or absent is tried again
 * once a second.
 */

enum { INTERFACES_MOST = 16 };

struct interfaces;

/* Wait for `descriptor' on behalf of a slot; -1: stop waiting, it is about to
 * be closed. */
typedef void interfaces_watch(void *arg, size_t slot, int descriptor);

/* Several sets that share the packets of their interfaces: each gets those of
 * its part of all pairs of hosts. */
struct interfaces_fanout {
	unsigned group; /* of slot 0; those of the others follow */
	unsigned members;
};

struct interfaces_setup {
	capture_output *output;
	void *output_arg;
	interfaces_watch *watch;
	void *watch_arg;
	const struct interfaces_fanout *fanout; /* NULL: all packets */
	const struct log *log;
};

/* NULL when out of memory.  The caller frees it. */
struct interfaces *interfaces_new(const struct interfaces_setup *setup);
void interfaces_free(struct interfaces *set);

struct interfaces_wanted {
	const char *names[INTERFACES_MOST]; /* copied */
	size_t count;
	struct capture_setup capture; /* but for interface and source */
};

/*
 * Watch exactly the wanted interfaces; those watched already are kept, with the
 * new setup.  0, or -errno, logged, and nothing has changed: the filter does
 * not compile, or a new interface can never be captured.
 */
int interfaces_set(
    struct interfaces *set, const struct interfaces_wanted *wanted);

/* Read what waits.  True: all of it; false: there may be more. */
bool interfaces_read(struct interfaces *set, size_t slot);

/* Once a second: notice interfaces that went away or came back. */
void interfaces_look_after(struct interfaces *set);

/* NULL: the slot is not used. */
const char *interfaces_name(const struct interfaces *set, size_t slot);
bool interfaces_is_open(const struct interfaces *set, size_t slot);

/* It was captured before and is away now, so its packets are lost. */
bool interfaces_is_missed(const struct interfaces *set, size_t slot);

/* Slots in use are below this. */
size_t interfaces_end(const struct interfaces *set);

/* Packets dropped before us since the last call. */
uint64_t interfaces_dropped(struct interfaces *set, size_t slot);

/* "eth1, eth2 (not there)" */
void interfaces_write(const struct interfaces *set, struct textbuf *t);

#endif
