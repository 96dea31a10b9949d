/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CTLCLIENT_H
#define CTLCLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * The other end of the control socket (monitor/control.h): one question, one
 * answer.  Errors are printed to stderr with what would be right.
 */

#define CTLCLIENT_SOCKET "/run/siptimed/control"

struct ctlclient {
	int descriptor;
	FILE *in;
	const char *path;
};

/* False, with the error printed: nobody listens, or this user may not
 * connect. */
bool ctlclient_connect(struct ctlclient *c, const char *path);
void ctlclient_close(struct ctlclient *c);

/* `arguments' is given away and may be NULL.  The answer, which the caller
 * owns; NULL, with the error printed: refused, or the daemon is gone. */
json_t *ctlclient_ask(
    struct ctlclient *c, const char *question, json_t *arguments);

/* The next object that comes by itself (follow); NULL at the end. */
json_t *ctlclient_next(struct ctlclient *c);

#endif
