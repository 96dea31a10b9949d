/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/phrase.h"

#include "witness/witness.h"

/* Six such values and the words around them stay below a line's length. */
enum { VALUE = 80 };

/* In seconds. */
#define HOUR ((nstime)3600)
#define DAY (24 * HOUR)
#define YEAR ((nstime)31556952)
#define QUARTER ((nstime)900)
#define NEAR ((nstime)5)

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
phrase_lasted(struct textbuf *t, nstime since, const struct alert_event *event)
{
	nstime lasted;

	if (__builtin_sub_overflow(event->wall, since, &lasted) ||
	    lasted < event->duration)
		lasted = event->duration;
	phrase_span(t, lasted);
}

static nstime
nearest(nstime n, nstime unit)
{
	return (n + unit / 2) / unit;
}

static void
add_days(struct textbuf *t, nstime s)
{
	const nstime years = nearest(s, YEAR);
	const nstime beyond = s - years * YEAR;
	const nstime hours = nearest(s, HOUR);

	if (years >= 3 ||
	    (years > 0 && beyond <= 2 * DAY && beyond >= -2 * DAY)) {
		phrase_count(t, (uint64_t)years, "year");
		return;
	}
	phrase_count(t, (uint64_t)(hours / 24), "day");
	if (hours % 24 == 0 || hours >= 10 * 24)
		return;
	textbuf_add(t, " ");
	textbuf_int(t, hours % 24);
	textbuf_add(t, " h");
}

/* Zones differ by quarters of an hour: so near to some, nobody wants to read
 * 59 min 59 s. */
static nstime
rounded(nstime s)
{
	const nstime quarters = nearest(s, QUARTER) * QUARTER;

	return quarters > 0 && s - quarters <= NEAR && quarters - s <= NEAR
	    ? quarters
	    : s;
}

void
phrase_offset(struct textbuf *t, nstime offset)
{
	const nstime size = offset == INT64_MIN ? INT64_MAX
	    : offset < 0                        ? -offset
						: offset;
	const nstime s = rounded(nearest(size / NSTIME_MS, 1000));
	const nstime minutes = nearest(s, 60);

	if (s < 120) {
		textbuf_seconds(t, size, 1);
		textbuf_add(t, " s");
	} else if (s < HOUR) {
		add_pair(t, s / 60, " min", s % 60, " s");
	} else if (s < 2 * DAY) {
		add_pair(t, minutes / 60, " h", minutes % 60, " min");
	} else {
		add_days(t, s);
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
