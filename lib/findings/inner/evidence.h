/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "findings/inner/fieldnames.h"
#include "net/endpoint.h"

/*
 * The evidence of a finding: named, typed fields in the order of DESIGN
 * section 9, self-contained (copied by plain assignment after
 * evidence_copy()).  An unknown is left out, never faked.  Names are static
 * strings: the JSON field names.
 */

enum evidence_type {
	EVIDENCE_TEXT, /* valid UTF-8 without control characters */
	EVIDENCE_INTEGER,
	EVIDENCE_SECONDS, /* a duration; JSON number of seconds */
	EVIDENCE_TIME,    /* a wall time; RFC 3339 */
	EVIDENCE_BOOLEAN,
	EVIDENCE_LIST,    /* texts, stored joined by commas */
	EVIDENCE_NUMBERS, /* with one decimal each, stored likewise */
	EVIDENCE_DECIMAL  /* `number' thousandths; JSON number */
};

struct evidence_field {
	const char *name;
	enum evidence_type type;
	int64_t number;    /* integer, boolean, nanoseconds, thousandths */
	unsigned decimals; /* EVIDENCE_SECONDS: digits that mean something */
	uint16_t text, text_len; /* TEXT, LIST: where in the store */
};

/* A value is at most EVIDENCE_VALUE octets long, a list EVIDENCE_JOINED. */
enum {
	EVIDENCE_FIELDS = 28,
	EVIDENCE_STORE = 3072,
	EVIDENCE_VALUE = 512,
	EVIDENCE_JOINED = 1024
};

struct evidence {
	size_t count;
	struct evidence_field fields[EVIDENCE_FIELDS];
	size_t used;
	char store[EVIDENCE_STORE];
};

void evidence_init(struct evidence *e);

/* Copies only the used part. */
void evidence_copy(struct evidence *to, const struct evidence *from);

/* Octets from the wire: escaped as textbuf_wire() does, cut at
 * EVIDENCE_VALUE octets.  Empty ones are left out. */
void evidence_wire(struct evidence *e, const char *name, struct slice octets);

/* Text of our own. */
void evidence_text(struct evidence *e, const char *name, const char *text);
void evidence_text_slice(
    struct evidence *e, const char *name, struct slice text);
void evidence_integer(struct evidence *e, const char *name, int64_t n);
void evidence_boolean(struct evidence *e, const char *name, bool value);
void evidence_seconds(
    struct evidence *e, const char *name, nstime duration, unsigned decimals);
void evidence_decimal(
    struct evidence *e, const char *name, int64_t thousandths);
void evidence_time(struct evidence *e, const char *name, nstime wall);
void evidence_endpoint(
    struct evidence *e, const char *name, const struct endpoint *endpoint);
void evidence_address(
    struct evidence *e, const char *name, const struct address *address);
/* `joined' by commas; as many whole items as there is room for. */
void evidence_list(struct evidence *e, const char *name, const char *joined);
/* Such as "-3600.4,0.0". */
void evidence_numbers(struct evidence *e, const char *name, const char *joined);

/* State kept over a restart.  After evidence_load() the names are the ones that
 * `names' keeps. */
void evidence_save(struct record *r, const struct evidence *e);
void evidence_load(
    struct evidence *e, struct cursor *c, struct fieldnames *names);

/* The field of that name, or NULL. */
const struct evidence_field *evidence_find(
    const struct evidence *e, const char *name);

/* A TEXT, LIST or NUMBERS field's text, borrowed from `e'; empty if there is
 * none. */
struct slice evidence_get(const struct evidence *e, const char *name);

/* A number of any type, or `otherwise' if there is none. */
int64_t evidence_number(
    const struct evidence *e, const char *name, int64_t otherwise);

#endif
