/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AWAIT_H
#define AWAIT_H

#include <time.h>

#include "unit/unit.h"

/* Wait until a thread has made `condition' true, ten seconds at most. */
#define await(condition)                                                       \
	do {                                                                   \
		unsigned tries = 0;                                            \
                                                                               \
		while (!(condition)) {                                         \
			ck_assert_msg(                                         \
			    tries++ < 10000, "waited for " #condition);        \
			nanosleep(                                             \
			    &(struct timespec){ .tv_nsec = 1000000 }, NULL);   \
		}                                                              \
	} while (0)

#endif
