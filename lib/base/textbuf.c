/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/textbuf.h"

#include "base/calendar.h"

void
textbuf_init(struct textbuf *t, char *store, size_t size)
{
	*t = (struct textbuf){ .text = store, .size = size };
	store[0] = '\0';
}

struct slice
textbuf_slice(const struct textbuf *t)
{
	return slice_of(t->text, t->len);
}

/* How many of the first `room' octets of `s' end on a whole character. */
static size_t
whole_characters(struct slice s, size_t room)
{
	while (room > 0 && room < s.len && (s.p[room] & 0xc0) == 0x80)
		room--;
	return room;
}

void
textbuf_add_slice(struct textbuf *t, struct slice s)
{
	const size_t room = t->size - 1 - t->len;

	if (t->truncated || s.len == 0)
		return;
	if (s.len > room) {
		s.len = whole_characters(s, room);
		t->truncated = true;
	}
	if (s.len > 0)
		memcpy(t->text + t->len, s.p, s.len);
	t->len += s.len;
	t->text[t->len] = '\0';
}

void
textbuf_add(struct textbuf *t, const char *text)
{
	textbuf_add_slice(t, slice_text(text));
}

/*
 * The length of the UTF-8 character at the front of `s' (RFC 3629 section 4:
 * no overlong forms, no surrogates, nothing above U+10FFFF), 0 if there is
 * none, and its code point.
 */
static size_t
character_at(struct slice s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t first = s.p[0];
	const size_t len = first < 0x80 ? 1
	    : (first & 0xe0) == 0xc0    ? 2
	    : (first & 0xf0) == 0xe0    ? 3
	    : (first & 0xf8) == 0xf0    ? 4
					: 0;
	uint32_t c = len == 1 ? first : first & (0x7fu >> len);

	if (len == 0 || len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s.p[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return len;
}

/* Characters that could move a cursor, end a line, be invisible, or make text
 * read otherwise than it is: controls, format characters, fillers, variation
 * selectors and tags of Unicode 15. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x00, 0x1f },       /* C0 */
	{ 0x7f, 0x9f },       /* DEL, C1 */
	{ 0xad, 0xad },       /* soft hyphen */
	{ 0x34f, 0x34f },     /* combining grapheme joiner */
	{ 0x61c, 0x61c },     /* Arabic letter mark */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
	{ 0x180b, 0x180f },   /* Mongolian selectors and separator */
	{ 0x200b, 0x200f },   /* zero width, marks of direction */
	{ 0x2028, 0x202e },   /* separators, embeddings, overrides */
	{ 0x2060, 0x206f },   /* joiner, isolates, invisible operators */
	{ 0x2800, 0x2800 },   /* blank Braille pattern */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfdd0, 0xfdef },   /* noncharacters */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* halfwidth Hangul filler */
	{ 0xfff0, 0xfffb },   /* unassigned, annotations */
	{ 0x1bca0, 0x1bca3 }, /* shorthand format controls */
	{ 0x1d173, 0x1d17a }, /* musical format controls */
	{ 0xe0000, 0xe0fff }, /* tags, variation selectors */
};

static bool
printable(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return false;
	return (c & 0xfffe) != 0xfffe;
}

/* An escape is there as a whole or not at all: half of one would read as
 * something else. */
static void
add_whole(struct textbuf *t, const char *text)
{
	if (strlen(text) > t->size - 1 - t->len)
		t->truncated = true;
	else
		textbuf_add(t, text);
}

static void
escape(struct textbuf *t, struct slice octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		char text[5] = "\\x00";

		text[2] = "0123456789abcdef"[octets.p[i] >> 4];
		text[3] = "0123456789abcdef"[octets.p[i] & 15];
		add_whole(t, text);
	}
}

/* How many octets at the front are ASCII written without an escape. */
static size_t
plain(struct slice s)
{
	size_t i = 0;

	while (i < s.len && s.p[i] >= ' ' && s.p[i] < 0x7f && s.p[i] != '\\')
		i++;
	return i;
}

void
textbuf_wire(struct textbuf *t, struct slice s)
{
	while (s.len > 0 && !t->truncated) {
		uint32_t code = 0;
		size_t len = plain(s);

		textbuf_add_slice(t, slice_first(s, len));
		s = slice_after(s, len);
		if (s.len == 0 || t->truncated)
			break;
		len = character_at(s, &code);
		if (len == 0 || !printable(code))
			escape(t, slice_first(s, len == 0 ? 1 : len));
		else if (code == '\\')
			add_whole(t, "\\\\");
		else
			textbuf_add_slice(t, slice_first(s, len));
		s = slice_after(s, len == 0 ? 1 : len);
	}
}

/* `n' in decimal, at least `digits' wide, filled with zeros. */
static void
add_decimal(struct textbuf *t, uint64_t n, unsigned digits)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + n % 10);
		n /= 10;
		if (digits > 0)
			digits--;
	} while (n > 0 || digits > 0);
	textbuf_add_slice(t, slice_of(text + at, sizeof(text) - at));
}

void
textbuf_uint(struct textbuf *t, uint64_t n)
{
	add_decimal(t, n, 1);
}

void
textbuf_int(struct textbuf *t, int64_t n)
{
	if (n < 0)
		textbuf_add(t, "-");
	add_decimal(t, n < 0 ? -(uint64_t)n : (uint64_t)n, 1);
}

void
textbuf_hex(struct textbuf *t, uint64_t n, unsigned digits)
{
	char text[16];

	for (unsigned i = 0; i < digits; i++)
		text[digits - 1 - i] = "0123456789abcdef"[n >> (4 * i) & 15];
	textbuf_add_slice(t, slice_of(text, digits));
}

void
textbuf_seconds(struct textbuf *t, nstime duration, unsigned decimals)
{
	uint64_t n = duration < 0 ? -(uint64_t)duration : (uint64_t)duration;
	uint64_t unit = 1, scale = 1;

	for (unsigned i = decimals; i < 9; i++)
		unit *= 10;
	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	n = (n + unit / 2) / unit;
	if (duration < 0 && n > 0)
		textbuf_add(t, "-");
	add_decimal(t, n / scale, 1);
	if (decimals == 0)
		return;
	textbuf_add(t, ".");
	add_decimal(t, n % scale, decimals);
}

/* Whole seconds, rounded down also before 1970, and the rest. */
static int64_t
split_seconds(nstime wall, nstime *rest)
{
	int64_t s = wall / NSTIME_S;

	*rest = wall % NSTIME_S;
	if (*rest < 0) {
		*rest += NSTIME_S;
		s--;
	}
	return s;
}

/* Rounded down also before 1970. */
static int64_t
day_of(int64_t seconds)
{
	return seconds / CALENDAR_DAY_S - (seconds % CALENDAR_DAY_S < 0);
}

static void
add_clock(struct textbuf *t, int64_t second_of_day)
{
	add_decimal(t, (uint64_t)(second_of_day / 3600), 2);
	textbuf_add(t, ":");
	add_decimal(t, (uint64_t)(second_of_day / 60 % 60), 2);
	textbuf_add(t, ":");
	add_decimal(t, (uint64_t)(second_of_day % 60), 2);
}

/* Years 1 to 9999: what calendar.h reads, and nstime is well within them. */
static void
add_instant(struct textbuf *t, int64_t seconds, uint64_t microseconds)
{
	const int64_t day = day_of(seconds);
	const struct calendar_date date = calendar_date(day);

	add_decimal(t, date.year, 4);
	textbuf_add(t, "-");
	add_decimal(t, date.month, 2);
	textbuf_add(t, "-");
	add_decimal(t, date.day, 2);
	textbuf_add(t, "T");
	add_clock(t, seconds - day * CALENDAR_DAY_S);
	textbuf_add(t, ".");
	add_decimal(t, microseconds, 6);
	textbuf_add(t, "Z");
}

void
textbuf_time(struct textbuf *t, nstime wall)
{
	nstime rest;
	const int64_t s = split_seconds(wall, &rest);

	add_instant(t, s, (uint64_t)(rest / NSTIME_US));
}

void
textbuf_time_s(struct textbuf *t, int64_t seconds)
{
	add_instant(t, seconds, 0);
}

void
textbuf_time_of_day(struct textbuf *t, nstime wall)
{
	nstime rest;
	const int64_t s = split_seconds(wall, &rest);

	add_clock(t, s - day_of(s) * CALENDAR_DAY_S);
	textbuf_add(t, "Z");
}
