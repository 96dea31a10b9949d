/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/laxdate.h"

#include "base/calendar.h"
#include "base/cursor.h"
#include "sip/sipdate.h"

enum { MOST_OCTETS = 64 };

/* A date as it was written, before anybody asked whether it exists. */
struct written {
	int weekday; /* 0 is Sunday, -1: none, or in another language */
	unsigned day, month, year; /* month 1 to 12; 0: not seen yet */
	unsigned hour, minute, second;
	int zone_minutes; /* east of Greenwich */
	bool has_weekday, has_year, has_time, has_zone;
	uint32_t forms;
};

#define FORM(name) (1u << SIPDATE_##name)

#define THREE(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (c))

unsigned
laxdate_month(uint32_t three)
{
	switch (three) {
	case THREE('J', 'a', 'n'):
		return 1;
	case THREE('F', 'e', 'b'):
		return 2;
	case THREE('M', 'a', 'r'):
		return 3;
	case THREE('A', 'p', 'r'):
		return 4;
	case THREE('M', 'a', 'y'):
		return 5;
	case THREE('J', 'u', 'n'):
		return 6;
	case THREE('J', 'u', 'l'):
		return 7;
	case THREE('A', 'u', 'g'):
		return 8;
	case THREE('S', 'e', 'p'):
		return 9;
	case THREE('O', 'c', 't'):
		return 10;
	case THREE('N', 'o', 'v'):
		return 11;
	case THREE('D', 'e', 'c'):
		return 12;
	}
	return 0;
}

int
laxdate_weekday(uint32_t three)
{
	switch (three) {
	case THREE('S', 'u', 'n'):
		return 0;
	case THREE('M', 'o', 'n'):
		return 1;
	case THREE('T', 'u', 'e'):
		return 2;
	case THREE('W', 'e', 'd'):
		return 3;
	case THREE('T', 'h', 'u'):
		return 4;
	case THREE('F', 'r', 'i'):
		return 5;
	case THREE('S', 'a', 't'):
		return 6;
	}
	return -1;
}

/* A run of octets of one sort: digits, or letters (other than ASCII too). */
static bool
is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

static bool
is_letter(uint8_t octet)
{
	return octet >= 0x80 ||
	    (slice_lower(octet) >= 'a' && slice_lower(octet) <= 'z');
}

static struct slice
take_run(struct cursor *c, bool (*belongs)(uint8_t octet))
{
	size_t len = 0;

	while (len < c->rest.len && belongs(c->rest.p[len]))
		len++;
	return cursor_take(c, len);
}

static bool
next_is(const struct cursor *c, uint8_t octet)
{
	return c->rest.len > 0 && c->rest.p[0] == octet;
}

static bool
take_number(struct cursor *c, size_t most_digits, unsigned *number)
{
	const struct slice digits = take_run(c, is_digit);
	uint64_t n;

	if (digits.len > most_digits || !slice_decimal(digits, 9999, &n))
		return false;
	*number = (unsigned)n;
	return true;
}

/*
 * A word's first octets, capital first, as laxdate_three() packs them; what is
 * not ASCII is dropped, since UTF-8 and Latin-1 then read alike.
 */
static uint32_t
head_of(struct slice word)
{
	uint8_t head[3] = { 0 };
	size_t len = 0;

	for (size_t i = 0; i < word.len && len < 3; i++)
		if (word.p[i] < 0x80)
			head[len++] = slice_lower(word.p[i]);
	head[0] &= (uint8_t)~0x20u;
	return laxdate_three(head);
}

/*
 * Months as German, French, Spanish, Italian, Portuguese and Dutch systems
 * write them, where they differ from English, without what is not ASCII.
 */
static unsigned
month_elsewhere(struct slice word)
{
	static const struct {
		char head[4];
		uint8_t month;
	} names[] = {
		{ "Ene", 1 },
		{ "Gen", 1 },
		{ "Fev", 2 },
		{ "Fv", 2 },
		{ "Fvr", 2 },
		{ "Mr", 3 },
		{ "Mrz", 3 },
		{ "Mrt", 3 },
		{ "Avr", 4 },
		{ "Abr", 4 },
		{ "Mai", 5 },
		{ "Mag", 5 },
		{ "Mei", 5 },
		{ "Giu", 6 },
		{ "Lug", 7 },
		{ "Ao", 8 },
		{ "Aou", 8 },
		{ "Aot", 8 },
		{ "Ago", 8 },
		{ "Set", 9 },
		{ "Okt", 10 },
		{ "Ott", 10 },
		{ "Out", 10 },
		{ "Dez", 12 },
		{ "Dic", 12 },
		{ "Dc", 12 },
		{ "Dce", 12 },
	};
	const uint32_t head = head_of(word);

	if (head == THREE('J', 'u', 'i') && word.len >= 4)
		return slice_lower(word.p[3]) == 'l' ? 7 : 6;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (laxdate_three((const uint8_t *)names[i].head) == head)
			return names[i].month;
	return 0;
}

/* A zone that has a name: RFC 822's, and those of Europe. */
static bool
zone_named(struct slice word, int *minutes)
{
	static const struct {
		char name[5];
		int8_t hours;
	} zones[] = {
		{ "EST", -5 },
		{ "EDT", -4 },
		{ "CST", -6 },
		{ "CDT", -5 },
		{ "MST", -7 },
		{ "MDT", -6 },
		{ "PST", -8 },
		{ "PDT", -7 },
		{ "WET", 0 },
		{ "WEST", 1 },
		{ "BST", 1 },
		{ "CET", 1 },
		{ "CEST", 2 },
		{ "MEZ", 1 },
		{ "MESZ", 2 },
		{ "EET", 2 },
		{ "EEST", 3 },
		{ "MSK", 3 },
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (slice_is(word, zones[i].name)) {
			*minutes = zones[i].hours * 60;
			return true;
		}
	return false;
}

static bool
on_zone_word(struct written *w, struct slice word)
{
	if (w->has_zone)
		return false;
	w->has_zone = true;
	if (slice_is(word, "GMT"))
		return true;
	if (slice_is_nocase(word, "GMT"))
		w->forms |= FORM(ZONE_CASE);
	else if (slice_is_nocase(word, "UTC") || slice_is_nocase(word, "UT") ||
	    slice_is_nocase(word, "Z"))
		w->forms |= FORM(UTC);
	else if (zone_named(word, &w->zone_minutes))
		w->forms |= FORM(NAMED_ZONE);
	else
		return false;
	return true;
}

static void
on_weekday(struct written *w, struct slice word)
{
	w->has_weekday = true;
	w->weekday = laxdate_weekday(head_of(word));
	if (w->weekday < 0)
		w->forms |= FORM(LOCALIZED);
	else if (head_of(word) != laxdate_three(word.p))
		w->forms |= FORM(LAYOUT);
}

/* The name of a month, or of a day: a comma makes it a day, since Tuesday is
 * "mar." in French; so does a second word for the month. */
static bool
on_word(struct written *w, struct slice word, bool comma)
{
	unsigned month = laxdate_month(head_of(word));

	if (w->has_time)
		return on_zone_word(w, word);
	if (month == 0)
		month = month_elsewhere(word);
	if (month == 0 || (comma && !w->has_weekday && w->day == 0)) {
		if (w->has_weekday || w->day != 0 || w->month != 0)
			return false;
		on_weekday(w, word);
		return true;
	}
	if (w->month != 0) {
		if (w->has_weekday)
			return false;
		w->has_weekday = true;
		w->weekday = -1;
		w->forms |= FORM(LOCALIZED);
		w->forms &= ~FORM(ASCTIME);
	}
	if (laxdate_month(head_of(word)) == 0)
		w->forms |= FORM(LOCALIZED);
	else if (word.len != 3 || head_of(word) != laxdate_three(word.p))
		w->forms |= FORM(LAYOUT);
	if (w->day == 0)
		w->forms |= FORM(ASCTIME);
	w->month = month;
	return true;
}

/* The rest after an hour's digits: ":29:00", and a fraction that is cut. */
static bool
on_time(struct written *w, struct cursor *c, unsigned hour)
{
	if (w->has_time)
		return false;
	w->has_time = true;
	w->hour = hour;
	cursor_take(c, 1);
	if (!take_number(c, 2, &w->minute))
		return false;
	if (!next_is(c, ':')) {
		w->forms |= FORM(LAYOUT);
		return true;
	}
	cursor_take(c, 1);
	if (!take_number(c, 2, &w->second))
		return false;
	if (next_is(c, '.')) {
		cursor_take(c, 1);
		take_run(c, is_digit);
		w->forms |= FORM(LAYOUT);
	}
	return true;
}

static void
on_year(struct written *w, unsigned year, size_t digits)
{
	w->has_year = true;
	w->year = year;
	if (digits == 4)
		return;
	w->forms |= FORM(SHORT_YEAR);
	w->year += digits == 3 || year >= 70 ? 1900 : 2000;
}

static bool
on_number(struct written *w, struct cursor *c)
{
	const size_t before = c->rest.len;
	unsigned number;
	size_t digits;

	if (!take_number(c, 4, &number))
		return false;
	digits = before - c->rest.len;
	if (next_is(c, ':'))
		return digits <= 2 && on_time(w, c, number);
	if (w->day == 0 && digits <= 2) {
		w->day = number;
		if (digits == 1)
			w->forms |= FORM(SHORT_DAY);
		return number > 0;
	}
	if (w->has_year || w->month == 0 || digits < 2)
		return false;
	on_year(w, number, digits);
	return true;
}

/* +0100, -05:00, GMT+1 */
static bool
on_numeric_zone(struct written *w, struct cursor *c)
{
	const bool west = next_is(c, '-');
	unsigned number, hours, minutes = 0;
	size_t before;

	cursor_take(c, 1);
	before = c->rest.len;
	if (!take_number(c, 4, &number))
		return false;
	hours = number;
	if (before - c->rest.len > 2) {
		hours = number / 100;
		minutes = number % 100;
	} else if (next_is(c, ':')) {
		cursor_take(c, 1);
		if (!take_number(c, 2, &minutes))
			return false;
	}
	if (hours > 14 || minutes > 59 || w->zone_minutes != 0)
		return false;
	w->has_zone = true;
	w->forms |= FORM(NUMERIC_ZONE);
	w->forms &= ~(FORM(UTC) | FORM(ZONE_CASE));
	w->zone_minutes = (int)(hours * 60 + minutes) * (west ? -1 : 1);
	return true;
}

static bool
on_token(struct written *w, struct cursor *c)
{
	const uint8_t first = c->rest.p[0];
	struct slice word;

	if (is_digit(first))
		return on_number(w, c);
	if (w->has_time && (first == '+' || first == '-'))
		return on_numeric_zone(w, c);
	if (is_letter(first)) {
		word = take_run(c, is_letter);
		if (next_is(c, '.'))
			cursor_take(c, 1);
		return word.len >= 1 && on_word(w, word, next_is(c, ','));
	}
	if (first == '-' && w->day != 0 && !w->has_year)
		w->forms |= FORM(RFC850);
	else if (first != ' ' && first != '\t' && first != ',')
		return false;
	cursor_take(c, 1);
	return true;
}

/* Every field there is, and a day and a time that exist. */
static bool
exists(const struct written *w)
{
	if (w->day == 0 || w->month == 0 || !w->has_year || !w->has_time)
		return false;
	if (w->year < 1900 || w->year > 9999 ||
	    w->day > calendar_days_in(w->year, w->month))
		return false;
	if (w->hour == 24)
		return w->minute == 0 && w->second == 0;
	return w->hour < 24 && w->minute < 60 && w->second <= 60;
}

static uint32_t
forms_of(const struct written *w, int64_t days)
{
	uint32_t forms = w->forms;

	if (!w->has_weekday)
		forms |= FORM(NO_WEEKDAY);
	else if (w->weekday >= 0 && w->weekday != (int)calendar_weekday(days))
		forms |= FORM(WRONG_WEEKDAY);
	if (!w->has_zone)
		forms |= FORM(NO_ZONE);
	if (w->hour == 24)
		forms |= FORM(HOUR_24);
	if (w->second == 60)
		forms |= FORM(LEAP_SECOND);
	return forms == 0 ? FORM(LAYOUT) : forms;
}

bool
laxdate_parse(struct slice value, int64_t *seconds, uint32_t *forms)
{
	struct written w = { .weekday = -1 };
	struct cursor c = cursor_over(slice_trim(value));
	int64_t days;

	if (c.rest.len > MOST_OCTETS)
		return false;
	while (c.rest.len > 0)
		if (!on_token(&w, &c))
			return false;
	if (!exists(&w))
		return false;
	days = calendar_days((struct calendar_date){ w.year, w.month, w.day });
	*forms = forms_of(&w, days);
	*seconds = days * CALENDAR_DAY_S + w.hour * 3600 + w.minute * 60 +
	    w.second - (int64_t)w.zone_minutes * 60;
	return true;
}
