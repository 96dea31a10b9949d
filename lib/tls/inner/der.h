/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DER_H
#define DER_H

#include "base/slice.h"

/*
 * The distinguished encoding of ASN.1 (X.690), read one value at a time:
 * definite lengths only, tags of one octet only.
 */

enum der_tag {
	DER_INTEGER = 0x02,
	DER_OCTET_STRING = 0x04,
	DER_OBJECT = 0x06,
	DER_SEQUENCE = 0x30
};

/* The bit that marks a value made of values. */
enum { DER_CONSTRUCTED = 0x20 };

/* Borrowed. */
struct der {
	uint8_t tag;
	struct slice content;
	struct slice whole; /* tag and length too */
};

/* Cut the next value off *octets.  False, and both untouched, if there is
 * none. */
bool der_next(struct slice *octets, struct der *value);

/* The same, and it must have that tag. */
bool der_expect(struct slice *octets, uint8_t tag, struct der *value);

/* Are these values, and the values in them, and so on, whole, and nested at
 * most `depth' deep? */
bool der_sound(struct slice octets, unsigned depth);

#endif
