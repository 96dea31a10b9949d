/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "net/endpoint.h"

/*
 * The clients that a server failed: it is well again when one of them gets an
 * answer.  Where they are too many to be kept apart, any client will do.
 */

enum { CLIENTS_MOST = 8 };

/* Embedded, zeroed at first. */
struct clients {
	bool any;                               /* there were more */
	size_t count;                           /* private */
	struct address addresses[CLIENTS_MOST]; /* private */
};

void clients_add(struct clients *c, const struct address *client);
bool clients_has(const struct clients *c, const struct address *client);

/* State kept over a restart. */
void clients_save(struct record *r, const struct clients *c);
void clients_load(struct clients *clients, struct cursor *c);

#endif
