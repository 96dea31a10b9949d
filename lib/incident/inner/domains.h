/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DOMAINS_H
#define DOMAINS_H

#include "incident/inner/symptom.h"

/*
 * The domain that refused calls have in common: it is called, or calls.
 */

/* Calls to or from the domain, unless they are joined by their other end. */
bool domains_concern(const struct symptom *p, struct slice domain);

/* Of both ends of the calls of `seed' the one that concerns more of the parts,
 * the called one where that is equal.  Borrowed from the seed. */
struct slice domains_common(
    const struct lru *parts, const struct symptom *seed);

#endif
