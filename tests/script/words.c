/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *at_file = "?";
static unsigned at_line;

void
words_at(const char *file, unsigned line)
{
	at_file = file;
	at_line = line;
}

void
words_fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", at_file, at_line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

void
words_split(struct words *w, const char *text)
{
	*w = (struct words){ .count = 0 };
	for (;;) {
		size_t len;

		text += strspn(text, " \t");
		len = strcspn(text, " \t");
		if (len == 0)
			return;
		if (w->count == WORDS_MAX)
			words_fail("more than %d words", WORDS_MAX);
		w->word[w->count++] = octets_text("%.*s", (int)len, text);
		text += len;
	}
}

const char *
words_peek(const struct words *w)
{
	return w->next < w->count ? w->word[w->next] : NULL;
}

const char *
words_take(struct words *w)
{
	if (w->next == w->count)
		return NULL;
	w->used[w->next] = true;
	return w->word[w->next++];
}

const char *
words_need(struct words *w, const char *what)
{
	const char *word = words_take(w);

	if (word == NULL)
		words_fail("expected %s at the end of the line", what);
	return word;
}

bool
words_next_is(struct words *w, const char *word)
{
	if (w->next == w->count || strcmp(w->word[w->next], word) != 0)
		return false;
	return words_take(w) != NULL;
}

bool
words_has(struct words *w, const char *word)
{
	for (size_t i = w->next; i < w->count; i++) {
		if (strcmp(w->word[i], word) != 0)
			continue;
		w->used[i] = true;
		return true;
	}
	return false;
}

const char *
words_value(struct words *w, const char *key)
{
	const size_t len = strlen(key);

	for (size_t i = w->next; i < w->count; i++) {
		if (strncmp(w->word[i], key, len) != 0 ||
		    w->word[i][len] != '=')
			continue;
		w->used[i] = true;
		return w->word[i] + len + 1;
	}
	return NULL;
}

unsigned long
words_number_of(const char *text, unsigned long max)
{
	uint64_t n;

	if (!slice_decimal(slice_text(text), max, &n))
		words_fail("'%s' is no number from 0 to %lu", text, max);
	return (unsigned long)n;
}

unsigned long
words_number(struct words *w, const char *key, unsigned long otherwise,
    unsigned long max)
{
	const char *value = words_value(w, key);

	return value == NULL ? otherwise : words_number_of(value, max);
}

void
words_done(const struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (!w->used[i])
			words_fail("do not understand '%s'", w->word[i]);
}

static nstime
unit_of(const char *unit, size_t len)
{
	static const struct {
		const char *name;
		nstime length;
	} units[] = { { "", NSTIME_S }, { "us", NSTIME_US },
		{ "ms", NSTIME_MS }, { "s", NSTIME_S }, { "m", 60 * NSTIME_S },
		{ "h", 3600 * NSTIME_S }, { "d", 86400 * NSTIME_S } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].name) == len &&
		    memcmp(units[i].name, unit, len) == 0)
			return units[i].length;
	return 0;
}

nstime
words_duration(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	nstime sum = 0;

	if (*at == '\0')
		words_fail("'%s' is no duration", text);
	while (*at != '\0') {
		const size_t digits = strspn(at, "0123456789.");
		const size_t letters = strcspn(at + digits, "0123456789.");
		const nstime unit = unit_of(at + digits, letters);
		char *end;
		const double n = strtod(at, &end);

		if (digits == 0 || unit == 0 || n > 1e9)
			words_fail("'%s' is no duration like 0.5, 500ms, "
				   "1h or 5h30m",
			    text);
		/* To the microsecond: what a savefile can hold. */
		sum +=
		    (nstime)(n * (double)(unit / NSTIME_US) + 0.5) * NSTIME_US;
		at += digits + letters;
	}
	return *text == '-' ? -sum : sum;
}

nstime
words_duration_or(struct words *w, const char *key, nstime otherwise)
{
	const char *value = words_value(w, key);

	return value == NULL ? otherwise : words_duration(value);
}

nstime
words_instant(const char *text)
{
	struct tm tm = { .tm_year = 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end == NULL || *end != '\0')
		words_fail("'%s' is no time like 2011-01-03T18:22:00Z", text);
	return (nstime)timegm(&tm) * NSTIME_S;
}
