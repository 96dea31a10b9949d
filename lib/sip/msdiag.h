/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MSDIAG_H
#define MSDIAG_H

#include <stdint.h>

#include "base/slice.h"

/*
 * The diagnostic header fields of Microsoft's servers and clients (MS-OCER
 * 2.2.1.1, DOMAIN 4): ms-diagnostics, ms-diagnostics-public and
 * ms-client-diagnostics, in any case, several in one message.
 *
 * The id is what counts: texts change from version to version.
 */

enum msdiag_field {
	MSDIAG_SERVER, /* ms-diagnostics: stays in the house */
	MSDIAG_PUBLIC, /* ms-diagnostics-public: crosses federation */
	MSDIAG_CLIENT  /* ms-client-diagnostics */
};

/* Slices point into the octets that were searched; absent ones are empty. */
struct msdiag {
	enum msdiag_field field;
	uint32_t id;         /* 1013, .. */
	struct slice reason; /* without quotes */
	struct slice source; /* the host that reports it; without quotes */
	struct slice whole;  /* the value of the field */
};

/* `octets' is a whole message.  Returns what msdiag_next() reads. */
struct slice msdiag_begin(struct slice octets);

/* Take the next of them off *rest.  False: there are no more. */
bool msdiag_next(struct slice *rest, struct msdiag *diag);

/* The field's name in small letters. */
const char *msdiag_name(enum msdiag_field field);

/* A parameter of its value, without quotes.  False: there is none. */
bool msdiag_param(
    const struct msdiag *diag, const char *name, struct slice *value);

#endif
