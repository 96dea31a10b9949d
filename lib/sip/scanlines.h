/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANLINES_H
#define SCANLINES_H

/*
 * Lines that a scanner has read lately, with what it found in them.  The heads
 * of one host repeat, those of one transaction nearly as a whole: a line that
 * is known octet by octet need not be read again.  What is found is the same
 * with and without.
 */

struct scanlines;

/* NULL when out of memory; the caller frees it.  For one thread. */
struct scanlines *scanlines_new(void);
void scanlines_free(struct scanlines *known);

#endif
