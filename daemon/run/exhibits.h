/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXHIBITS_H
#define EXHIBITS_H

#include "alert/alert.h"
#include "config/config.h"
#include "net/hepmsg.h"
#include "run/crew.h"

/*
 * [evidence] and --evidence: the latest packets are kept in memory, and those
 * behind an alert are written to a folder when it is raised.  Each thread that
 * captures keeps its own; all of them are held while a file is made.  Of
 * everything that takes one, NULL is none: nothing is kept.
 */

struct exhibits;

struct exhibits_setup {
	const char *directory;            /* copied */
	const struct config *config;      /* read, not kept */
	const struct config_rooms *rooms; /* likewise */
	struct budget_share *memory;      /* its guarantee is all rings' size */
	struct crew *crew;                /* borrowed; NULL: one thread */
	bool threaded;
	const struct log *log;
};

/* NULL, logged: the folder cannot be used, or no memory. */
struct exhibits *exhibits_new(const struct exhibits_setup *setup);
void exhibits_free(struct exhibits *x, nstime deadline);

/* Of the main thread: where each packet goes as it goes to the reader. */
struct packetring *exhibits_ring(struct exhibits *x);

/* A SIP message that the agent at `agent' handed on, seen at `wall'. */
void exhibits_handed(struct exhibits *x, const struct hepmsg *message,
    const struct address *agent, nstime wall);

/* Files are made of what is raised, and of what an incident took in before. */
void exhibits_alert(struct exhibits *x, const struct alert_event *event);

/* False: files cannot be written, which was logged. */
bool exhibits_tick(struct exhibits *x);

/* packetring.* of all threads together, evidencedir.* */
void exhibits_stats(struct exhibits *x, counter_output *output, void *arg);

#endif
