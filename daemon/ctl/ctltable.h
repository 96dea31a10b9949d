/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CTLTABLE_H
#define CTLTABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * A table on a terminal: columns as wide as their widest cell, the last one
 * cut where the line would be longer than the screen.
 */

enum { CTLTABLE_COLUMNS = 10 };

enum ctltable_kind {
	CTLTABLE_TEXT,
	CTLTABLE_COUNT,   /* to the right */
	CTLTABLE_SECONDS, /* to the right, with one decimal and a sign if
			   * below zero; "-" where there is none */
	CTLTABLE_SIGNED,  /* the same, with its sign always */
	CTLTABLE_TIME,    /* RFC 3339 as day and time */
	CTLTABLE_MINUTE,  /* the same, without its year and seconds */
	CTLTABLE_LIST     /* of texts */
};

/* A column: `field' of each row's object; a dot leads into an object. */
struct ctltable_column {
	const char *title, *field;
	enum ctltable_kind kind;
};

struct ctltable {
	const struct ctltable_column *columns;
	size_t count;
	size_t width;      /* of the screen */
	const char *empty; /* printed when there are no rows */
};

/* Every object of the array `rows' is a row. */
void ctltable_print(const struct ctltable *t, const json_t *rows, FILE *out);

/* The value at a path with dots, or NULL. */
const json_t *ctltable_at(const json_t *object, const char *path);

/* The screen's width: 80 where it is no terminal. */
size_t ctltable_screen(FILE *out);

/* May color be used there?  Only on a terminal, and not with NO_COLOR. */
bool ctltable_has_color(FILE *out);

/* "2 h", "41 years": a duration as a person reads it, into `store'. */
const char *ctltable_duration(char *store, size_t size, double seconds);

/* A text and a whole number there; "" and 0 where there is none. */
const char *ctltable_text(const json_t *object, const char *path);
long long ctltable_integer(const json_t *object, const char *path);

#endif
