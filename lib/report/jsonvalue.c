/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/jsonvalue.h"

#include "findings/finding.h"

/*
 * Texts were made to be valid UTF-8 when they entered the evidence.  Should
 * one not be (jansson refuses it then), an escaped text is better than no
 * line.
 */
json_t *
jsonvalue_text(struct slice text)
{
	char escaped[2 * EVIDENCE_JOINED];
	struct textbuf t;
	json_t *made =
	    json_stringn(text.len == 0 ? "" : (const char *)text.p, text.len);

	if (made != NULL)
		return made;
	textbuf_init(&t, escaped, sizeof(escaped));
	textbuf_wire(&t, text);
	return json_stringn(t.text, t.len);
}

json_t *
jsonvalue_time(nstime wall)
{
	char text[40];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	textbuf_time(&t, wall);
	return jsonvalue_text(textbuf_slice(&t));
}

/*
 * The quotient of two integers that a double holds exactly is the double
 * nearest to the decimal meant, so 15 digits print as just that decimal.
 */
json_t *
jsonvalue_seconds(nstime duration, unsigned decimals)
{
	int64_t unit = 1, scale = 1, n, rest;

	for (unsigned i = decimals; i < 9; i++)
		unit *= 10;
	for (unsigned i = 0; i < decimals && i < 9; i++)
		scale *= 10;
	n = duration / unit;
	rest = duration % unit;
	if (unit > 1 && rest >= unit / 2)
		n++;
	else if (unit > 1 && rest <= -(unit / 2))
		n--;
	return decimals == 0 ? json_integer(n)
			     : json_real((double)n / (double)scale);
}

json_t *
jsonvalue_count(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}
