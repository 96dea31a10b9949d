/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/textbuf.h"
#include "host/log.h"

/* The command line (DESIGN section 10); the letters are tcpdump's. */

enum options_action {
	OPTIONS_RUN, /* judge savefiles, or watch interfaces */
	OPTIONS_CHECK_CONFIG,
	OPTIONS_PRINT_CONFIG,
	OPTIONS_EXPLAIN,
	OPTIONS_VERSION,
	OPTIONS_HELP
};

struct options {
	enum options_action action;
	const char **paths; /* -r; owned, what it points to borrowed */
	size_t path_count;
	const char **interfaces; /* -i; likewise */
	size_t interface_count;
	const char *config;   /* -c, or NULL */
	const char *explain;  /* a kind, or "all" */
	const char *evidence; /* the folder for packets, or NULL */
	const char *report;   /* the path of a page to write, or NULL */
	char *filter;         /* operands joined by blanks, or NULL; owned */
	bool json;
	bool align;    /* the clocks of savefiles, where they differ */
	bool no_state; /* -n */
	bool verbose;
};

/* Parse; 0, or -errno when something was refused, which has been logged.
 * options_done() frees in either case. */
int options_parse(struct options *o, int argc, char *argv[]);
void options_done(struct options *o);

/* "eth1" or "eth1+eth2": interfaces of the command line are an instance. */
void options_instance(const struct options *o, struct textbuf *t);

/* The text of --help. */
const char *options_help(void);

#endif
