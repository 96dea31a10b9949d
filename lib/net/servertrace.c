/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/servertrace.h"

#include "base/calendar.h"

static const char begin_mark[] = "$$begin_record";
static const char end_mark[] = "$$end_record";
static const char loose_mark[] = "LogType: diagnostic";

bool
servertrace_begins(struct slice head)
{
	return slice_find(head, begin_mark) < head.len ||
	    slice_find(head, loose_mark) < head.len ||
	    (slice_find(head, "TL_INFO(TF_") < head.len &&
		slice_find(head, ")::") < head.len) ||
	    slice_starts_with(head, "TL_INFO(TF_");
}

/* Where the line that holds the octet at `at' begins. */
static size_t
line_begin(struct slice text, size_t at)
{
	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	return at;
}

/* Whichever of two ends comes first; text.len if neither does. */
static size_t
first_of(struct slice text, const char *a, const char *b)
{
	const size_t at = slice_find(text, a);
	const size_t other = slice_find(slice_first(text, at), b);

	return other < at ? other : at;
}

/* Nothing begins here: keep a line, which may yet be the first of one. */
static enum servertrace_cut
pass_over(struct slice *text)
{
	if (text->len > SERVERTRACE_LINE)
		*text = slice_after(*text, text->len - SERVERTRACE_LINE);
	return SERVERTRACE_MORE;
}

/* The record that begins at the front, `mark' octets before its text. */
static enum servertrace_cut
cut(struct slice *text, size_t mark, const char *end, const char *other_end,
    bool ended, struct slice *record)
{
	const struct slice inside = slice_after(*text, mark);
	const size_t len = first_of(inside, end, other_end);

	if (len > SERVERTRACE_LARGEST) {
		*text = inside;
		return SERVERTRACE_LOST;
	}
	if (len == inside.len && !ended)
		return SERVERTRACE_MORE;
	*record = slice_first(*text, mark + len);
	*text = slice_after(*text, mark + len);
	return SERVERTRACE_RECORD;
}

enum servertrace_cut
servertrace_next(struct slice *text, bool ended, struct slice *record)
{
	const size_t begin = slice_find(*text, begin_mark);
	const size_t loose = slice_find(slice_first(*text, begin), loose_mark);
	const bool is_loose = loose < begin;
	const size_t at = is_loose ? loose : line_begin(*text, begin);

	if (begin == text->len && !is_loose)
		return pass_over(text);
	*text = slice_after(*text, at);
	if (is_loose)
		return cut(text, sizeof(loose_mark) - 1, "\n\n", "\n\r\n",
		    ended, record);
	return cut(text, begin - at + sizeof(begin_mark) - 1, end_mark,
	    begin_mark, ended, record);
}

/* Cut the next line off, without its end. */
static struct slice
next_line(struct slice *text)
{
	const size_t len = slice_index(*text, '\n');
	struct slice line = slice_first(*text, len);

	*text = slice_after(*text, len + 1);
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* The value of "Name: value"; false if the line is another. */
static bool
is_field(struct slice line, const char *name, struct slice *value)
{
	const size_t len = strlen(name);

	if (!slice_starts_with_nocase(line, name) || line.len <= len ||
	    line.p[len] != ':')
		return false;
	*value = slice_trim(slice_after(line, len + 1));
	return true;
}

/* "Call-Id [..]" in a diagnostic's data. */
static struct slice
bracketed(struct slice data, const char *name)
{
	const size_t at = slice_find(data, name);
	struct slice value = slice_after(data, at + strlen(name));

	if (at == data.len)
		return slice_of(NULL, 0);
	value = slice_first(value, slice_index(value, ']'));
	/* It is quoted as a C string: "\n" ends what was a line. */
	return slice_first(value, slice_find(value, "\\n"));
}

static const char expired[] =
    "Message expired in the outbound queue before it could be sent";
static const char timed_out[] = "Transaction Time-out";

static void
read_data(struct slice data, struct servertrace *t)
{
	if (slice_find(data, timed_out) == data.len)
		return;
	t->kind = SERVERTRACE_FAILED;
	t->reason = slice_text(timed_out);
	t->call_id = bracketed(data, "Call-Id [");
	t->request_uri = bracketed(data, "RUri[");
	t->from = bracketed(data, "From[");
	t->to = bracketed(data, "To[");
}

static void
read_diagnostic(struct slice text, struct servertrace *t)
{
	while (text.len > 0) {
		const struct slice line = next_line(&text);
		struct slice value;

		if (is_field(line, "Text", &value) &&
		    slice_starts_with(value, expired)) {
			t->kind = SERVERTRACE_FAILED;
			t->reason = slice_text(expired);
		} else if (is_field(line, "Data", &value)) {
			read_data(value, t);
		} else if (is_field(line, "Peer", &value)) {
			t->peer = value;
		} else if (is_field(line, "SIP-Start-Line", &value)) {
			t->start_line = value;
		} else if (is_field(line, "SIP-Call-ID", &value)) {
			t->call_id = value;
		}
	}
}

/* The fields follow the start line; the body, where it was traced, the field
 * that names it, "-" meaning none. */
static void
read_message(struct slice text, struct servertrace *t)
{
	const uint8_t *head = NULL;

	while (text.len > 0) {
		const struct slice line = next_line(&text);
		struct slice value;

		if (head == NULL && is_field(line, "Direction", &value)) {
			t->incoming = slice_starts_with_nocase(value, "in");
		} else if (head == NULL && is_field(line, "Peer", &value)) {
			t->peer = value;
		} else if (head == NULL &&
		    is_field(line, "Start-Line", &value)) {
			t->kind = SERVERTRACE_MESSAGE;
			t->start_line = value;
			head = text.p;
		} else if (head != NULL &&
		    is_field(line, "Message-Body", &value)) {
			t->head = slice_of(head, (size_t)(line.p - head));
			t->body = slice_of(
			    value.p, (size_t)(text.p + text.len - value.p));
			if (slice_is(slice_trim(t->body), "-"))
				t->body = slice_of(NULL, 0);
			return;
		}
	}
	if (head != NULL)
		t->head = slice_of(head, (size_t)(text.p - head));
}

void
servertrace_parse(struct slice record, struct servertrace *t)
{
	const size_t mark = slice_find(record, begin_mark);
	struct slice text = record;
	struct slice value;

	*t = (struct servertrace){ .kind = SERVERTRACE_OTHER };
	if (mark < record.len)
		text = slice_after(record, mark + sizeof(begin_mark) - 1);
	while (text.len > 0 && slice_is_blank(text.p[0]))
		text = slice_after(text, 1);
	if (is_field(
		slice_first(text, slice_index(text, '\n')), "LogType", &value))
		read_diagnostic(text, t);
	else
		read_message(text, t);
}

/* A number of `digits' digits at `at', at most `max'; latches in *ok. */
static unsigned
number(struct slice s, size_t at, size_t digits, unsigned max, bool *ok)
{
	uint64_t n = 0;

	*ok = slice_decimal(slice_between(s, at, at + digits), max, &n) && *ok;
	return (unsigned)n;
}

/* "::01/18/2012-05:00:43.101" */
bool
servertrace_stamp(struct slice record, nstime *wall)
{
	const struct slice line =
	    slice_first(record, slice_index(record, '\n'));
	const struct slice s = slice_after(line, slice_find(line, "::") + 2);
	bool ok = s.len >= 23 && s.p[2] == '/' && s.p[5] == '/' &&
	    s.p[10] == '-' && s.p[13] == ':' && s.p[16] == ':';
	const struct calendar_date date = {
		.month = number(s, 0, 2, 12, &ok),
		.day = number(s, 3, 2, 31, &ok),
		.year = number(s, 6, 4, 2199, &ok),
	};
	const unsigned hour = number(s, 11, 2, 23, &ok);
	const unsigned minute = number(s, 14, 2, 59, &ok);
	const unsigned second = number(s, 17, 2, 60, &ok);
	const unsigned ms = number(s, 20, 3, 999, &ok);

	if (!ok || date.year < 1970 || date.month == 0 || date.day == 0)
		return false;
	*wall = (calendar_days(date) * CALENDAR_DAY_S + hour * 3600 +
		    minute * 60 + second) *
		NSTIME_S +
	    ms * NSTIME_MS;
	return true;
}

/* Add a line and the end that it has on the wire. */
static bool
put(uint8_t *octets, size_t size, size_t *len, struct slice line)
{
	if (line.len + 2 > size - *len)
		return false;
	if (line.len > 0)
		memcpy(octets + *len, line.p, line.len);
	memcpy(octets + *len + line.len, "\r\n", 2);
	*len += line.len + 2;
	return true;
}

size_t
servertrace_write(const struct servertrace *t, uint8_t *octets, size_t size)
{
	struct slice head = t->head, body = t->body;
	size_t len = 0;

	if (!put(octets, size, &len, t->start_line))
		return 0;
	while (head.len > 0) {
		const struct slice line = next_line(&head);

		if (line.len > 0 && !put(octets, size, &len, line))
			return 0;
	}
	if (!put(octets, size, &len, slice_of(NULL, 0)))
		return 0;
	while (body.len > 0)
		if (!put(octets, size, &len, next_line(&body)))
			return 0;
	return len;
}

struct slice
servertrace_host(struct slice peer, uint16_t *port)
{
	const bool bracket = peer.len > 0 && peer.p[0] == '[';
	const size_t end = bracket ? slice_index(peer, ']') : 0;
	size_t colon = peer.len;
	uint64_t n;

	for (size_t i = peer.len; i > end; i--)
		if (peer.p[i - 1] == ':') {
			colon = i - 1;
			break;
		}
	if (slice_decimal(slice_after(peer, colon + 1), UINT16_MAX, &n))
		*port = (uint16_t)n;
	if (bracket)
		return slice_between(peer, 1, end);
	return slice_first(peer, colon);
}
