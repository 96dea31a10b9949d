/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE64_H
#define BASE64_H

#include <stdbool.h>

#include "base/slice.h"

/*
 * Base 64 (RFC 4648 section 4) decoded into `room' octets; *len of them are
 * used.  It may be cut anywhere: octets that are not whole are left out, and
 * so is the padding.  False, with *len untouched: there is not enough room, or
 * something else is in it.
 */
bool base64_decode(
    struct slice text, uint8_t *octets, size_t room, size_t *len);

#endif
