/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/phrase.h"

#include "witness/witness.h"

/* Six such values and the words around them stay below a line's length. */
enum { VALUE = 80 };

void
phrase_value(struct textbuf *t, struct slice value)
{
	char cut[VALUE + 1];
	struct textbuf part;

	textbuf_init(&part, cut, sizeof(cut));
	textbuf_add_slice(&part, value);
	textbuf_add_slice(t, textbuf_slice(&part));
	if (part.truncated)
		textbuf_add(t, "...");
}

void
phrase_field(struct textbuf *t, const struct evidence *e, const char *name,
    const char *otherwise)
{
	const struct slice value = evidence_get(e, name);

	phrase_value(t, value.len > 0 ? value : slice_text(otherwise));
}

bool
phrase_seconds(struct textbuf *t, const struct evidence *e, const char *name)
{
	const struct evidence_field *field = evidence_find(e, name);
	nstime magnitude;

	if (field == NULL || field->type != EVIDENCE_SECONDS)
		return false;
	magnitude = field->number;
	if (magnitude < 0)
		magnitude = magnitude == INT64_MIN ? INT64_MAX : -magnitude;
	textbuf_seconds(t, magnitude, field->decimals);
	textbuf_add(t, " s");
	return true;
}

void
phrase_count(struct textbuf *t, uint64_t n, const char *noun)
{
	textbuf_uint(t, n);
	textbuf_add(t, " ");
	textbuf_add(t, noun);
	if (n != 1)
		textbuf_add(t, "s");
}

void
phrase_since(struct textbuf *t, nstime wall)
{
	textbuf_add(t, "; since ");
	textbuf_time_of_day(t, wall);
}

static void
add_pair(struct textbuf *t, nstime large, const char *large_unit, nstime small,
    const char *small_unit)
{
	textbuf_int(t, large);
	textbuf_add(t, large_unit);
	if (small == 0)
		return;
	textbuf_add(t, " ");
	textbuf_int(t, small);
	textbuf_add(t, small_unit);
}

void
phrase_span(struct textbuf *t, nstime duration)
{
	const nstime s = duration / NSTIME_S;

	if (s < 120) {
		textbuf_seconds(t, duration, 1);
		textbuf_add(t, " s");
	} else if (s < 3600) {
		add_pair(t, s / 60, " min", s % 60, " s");
	} else if (s < 48 * 3600) {
		add_pair(t, s / 3600, " h", s / 60 % 60, " min");
	} else {
		add_pair(t, s / 86400, " d", s / 3600 % 24, " h");
	}
}

void
phrase_witness(struct textbuf *t, struct slice name)
{
	enum witness witness;

	if (witness_parse(name, &witness))
		textbuf_add(t, witness_row(witness)->label);
	else
		phrase_value(t, name);
}
