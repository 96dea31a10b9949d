/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONTROL_H
#define CONTROL_H

#include <event2/event.h>
#include <sys/types.h>

#include "monitor/ask.h"
#include "host/log.h"

/*
 * The control socket: a Unix stream socket of mode 0660, on which each line is
 * a JSON object that asks and each answer is a line:
 *
 *	{"v":1,"ask":"alerts","arguments":{...}}
 *	{"v":1,"answer":{...}}    or    {"v":1,"error":"..."}
 *
 * With "follow":true in the arguments of "alerts" the connection stays and is
 * sent each alert as it is emitted.  Connections, lines and pending output are
 * bounded; a peer that does not read is let go.
 *
 * The file's owner and group decide who may ask.  Acknowledging and silencing
 * is for root, the daemon's own user and the members of one group, as the
 * kernel reports the peer (SO_PEERCRED, SO_PEERGROUPS).
 */

struct control;

struct control_setup {
	const char *path;  /* copied */
	const char *group; /* of those who may change; "" for none; copied */
	struct event_base *base; /* borrowed */
	ask_answer *answer;
	void *arg;
	const struct log *log;
};

/*
 * Listen.  A socket that a dead daemon left behind is replaced; anything else
 * at this path is left alone.  NULL and errno set on failure.
 */
struct control *control_new(const struct control_setup *setup);

/* Closes the connections and takes the socket away. */
void control_free(struct control *c);

/* Once a second: accept again where that failed. */
void control_tick(struct control *c);

/* A line of JSON for those that follow. */
void control_tell(struct control *c, const char *line);

/* Members of the group `wanted' among `groups', of `count'. */
bool control_is_member(const gid_t *groups, size_t count, gid_t wanted);

#endif
