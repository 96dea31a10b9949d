/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BER_H
#define BER_H

#include "base/cursor.h"
#include "base/nstime.h"

/*
 * BER and DER (X.690), as Kerberos, LDAP and SNMP use them: elements of a tag
 * in one octet, a definite length, and contents.  What is not as asked for
 * makes the cursor bad.
 */

/* Tags as encoded. */
enum {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_OBJECT = 0x06,
	BER_GENERALIZED_TIME = 0x18,
	BER_GENERAL_STRING = 0x1b,
	BER_SEQUENCE = 0x30,
	BER_SET = 0x31,
	BER_APPLICATION = 0x60, /* constructed */
	BER_CONTEXT = 0xa0      /* constructed */
};

/* The tag of what comes next; 0: there is nothing. */
uint8_t ber_next(const struct cursor *c);

/* False: of no form that DER or BER knows, or endless.  Too few octets are the
 * cursor's affair. */
bool ber_length(struct cursor *c, size_t *len);

/* The contents of the next element, which must have this tag. */
struct slice ber_take(struct cursor *c, uint8_t tag);

/* Into them. */
struct cursor ber_into(struct cursor *c, uint8_t tag);

/* The same of an element that may be cut short: what is there of it, and
 * *cut. */
struct cursor ber_into_cut(struct cursor *c, uint8_t tag, bool *cut);

/* Into field number `n' of a SEQUENCE, which holds one element; and out of it:
 * an error in a field is one in the whole. */
struct cursor ber_enter(struct cursor *c, unsigned n);
bool ber_has(const struct cursor *c, unsigned n);
void ber_leave(struct cursor *c, const struct cursor *field);

/* An INTEGER of at most five octets; and one in a field, within bounds. */
int64_t ber_integer(struct cursor *c);
int64_t ber_bounded(struct cursor *c, unsigned n, int64_t least, int64_t most);

/* YYYYMMDDhhmmss, perhaps a fraction, Z; and KerberosTime in a field, without
 * a fraction (RFC 4120 section 5.2.3). */
bool ber_parse_time(struct slice text, nstime *time);
nstime ber_time(struct cursor *c, unsigned n);

#endif
