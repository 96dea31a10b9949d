/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OWNCLOCK_H
#define OWNCLOCK_H

/*
 * Whether the clock that stamps the packets can be trusted (DESIGN section 7).
 */

enum ownclock {
	OWNCLOCK_UNKNOWN, /* savefiles; adjtimex not permitted */
	OWNCLOCK_TRUSTED,
	OWNCLOCK_UNSYNCHRONISED
};

#endif
