/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANCREDIT_H
#define SCANCREDIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What is never met again is not looked for: each that is missed costs one,
 * each that is met brings three.  At the bottom its kind pauses.
 */

struct scancredit {
	int16_t left;
	uint16_t pause; /* so many are not looked for */
};

enum { SCANCREDIT_MOST = 64, SCANCREDIT_PAUSE = 4096 };

/* One of its kind comes: is it not to be looked for? */
static inline bool
scancredit_pauses(struct scancredit *credit)
{
	if (credit->pause == 0)
		return false;
	credit->pause--;
	return true;
}

static inline void
scancredit_met(struct scancredit *credit)
{
	if (credit->left < SCANCREDIT_MOST)
		credit->left = (int16_t)(credit->left + 3);
}

static inline void
scancredit_missed(struct scancredit *credit)
{
	if (--credit->left > -SCANCREDIT_MOST)
		return;
	credit->left = 0;
	credit->pause = SCANCREDIT_PAUSE;
}

#endif
