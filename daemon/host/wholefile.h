/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WHOLEFILE_H
#define WHOLEFILE_H

#include <stdbool.h>

#include "base/slice.h"

struct wholefile {
	int folder;       /* a descriptor */
	const char *name; /* replaced, if there is such a file */
	const char *new_name;
	struct slice octets;
	bool durable; /* named only once its octets are on the disk */
};

/*
 * Write a file of mode 0640 that is there whole or not at all: under `new_name'
 * first.  What somebody put there under that name, or a link, is removed and
 * never written to.  0 or -errno.
 */
int wholefile_write(const struct wholefile *f);

#endif
