/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PLAINSIP_H
#define PLAINSIP_H

#include "base/slice.h"

/*
 * Does a payload begin with a whole start line of SIP (RFC 3261 section 7)?
 * Cheap enough to be asked of every packet on ports that are not watched.
 */

enum plainsip { PLAINSIP_NONE, PLAINSIP_REQUEST, PLAINSIP_RESPONSE };

enum plainsip plainsip_kind(struct slice payload);

#endif
