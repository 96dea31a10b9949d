/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WORDS_H
#define WORDS_H

#include <stdnoreturn.h>

#include "base/nstime.h"
#include "script/octets.h"

/*
 * The words of one line of a script: plain ones and key=value, each of which
 * must be asked for.  A word that was not asked for is an error, so a misspelt
 * option never passes silently.
 */

enum { WORDS_MAX = 64 };

struct words {
	size_t count, next;
	char *word[WORDS_MAX];
	bool used[WORDS_MAX];
};

/* Where we are, for words_fail(). */
void words_at(const char *file, unsigned line);

/* "file:line: what" on stderr, and the end. */
noreturn void words_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

void words_split(struct words *w, const char *text);

/* The next word that was not taken yet, NULL if there is none.  peek leaves it
 * untaken; need fails with "expected WHAT". */
const char *words_take(struct words *w);
const char *words_peek(const struct words *w);
const char *words_need(struct words *w, const char *what);

/* Takes the next word if it is this one. */
bool words_next_is(struct words *w, const char *word);

/* Whether the bare word is among those left. */
bool words_has(struct words *w, const char *word);

/* The value of key=value, or NULL. */
const char *words_value(struct words *w, const char *key);

/* The value as a number of at most `max', or `otherwise'. */
unsigned long words_number(struct words *w, const char *key,
    unsigned long otherwise, unsigned long max);
unsigned long words_number_of(const char *text, unsigned long max);

/* Fails if a word is left that nobody asked for. */
void words_done(const struct words *w);

/* 0.5, 1h, -5h30m, 500ms, 3d. */
nstime words_duration(const char *text);
nstime words_duration_or(struct words *w, const char *key, nstime otherwise);

/* 2011-01-03T18:22:00Z */
nstime words_instant(const char *text);

#endif
