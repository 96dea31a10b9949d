/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_DER_H
#define SCRIPT_DER_H

#include "base/nstime.h"
#include "script/octets.h"

/* DER being built: each call returns what its arguments are wrapped in. */

/* Tag, length and the octets of the parts; NULL ends them. */
struct octets der_of(unsigned tag, const struct octets *first, ...);

struct octets der_text(unsigned tag, const char *text);
struct octets der_integer(long n);

/* A field of Kerberos, [number], after those in `o'. */
void der_add_field(struct octets *o, unsigned number, struct octets value);

/* GeneralizedTime, or, if `utc', UTCTime up to the year 2049. */
struct octets der_time(nstime wall, bool utc);

/* A self-signed certificate, its signature made up. */
struct octets der_certificate(const char *subject, const char *issuer,
    const char *san, nstime not_before, nstime not_after);

#endif
