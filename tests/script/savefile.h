/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_SAVEFILE_H
#define SCRIPT_SAVEFILE_H

#include "base/nstime.h"
#include "script/octets.h"

/* The packets of a script, written in order of their time. */

struct savefile_packet {
	nstime wall;
	struct slice octets; /* as captured */
	size_t wire;         /* how long it was */
};

struct savefile {
	int datalink;   /* DLT_x */
	size_t snaplen; /* of the packets that follow */
	long cut;       /* octets taken off the end of the file */
	size_t count, size;
	struct savefile_packet *packets;
};

void savefile_add(struct savefile *s, nstime wall, const struct octets *packet);

/* "-" is standard output.  Ends the program on failure. */
void savefile_write(struct savefile *s, const char *path);

#endif
