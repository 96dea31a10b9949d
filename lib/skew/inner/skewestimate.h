/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SKEWESTIMATE_H
#define SKEWESTIMATE_H

#include "skew/inner/peers.h"
#include "skew/skew.h"

/*
 * What is known of the clock of a peer, for whoever asks: the estimate of all
 * its witnesses together, and what each of them says by itself.
 */

/* Offsets are against `zero'.  *r is what the estimate was made of.  False:
 * nothing is known; then *estimate is untouched. */
bool skewestimate_of(const struct peers *peers, const struct peer *p,
    nstime zero, struct select_result *r, struct skew_estimate *estimate);

#endif
