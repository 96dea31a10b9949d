/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/evidence.h"

/*
 * Long values leave a part of the store to the short ones: a sender that fills
 * From and To with 64 KiB must not push the endpoints out of the evidence.
 */
enum { SHORT_VALUE = 64, KEPT_FOR_SHORT = 512 };

/* Of times, durations and, as nanoseconds, thousandths. */
#define MOST_NUMBER RECORD_MOST_TIME

void
evidence_init(struct evidence *e)
{
	e->count = 0;
	e->used = 0;
}

void
evidence_copy(struct evidence *to, const struct evidence *from)
{
	if (to == from)
		return;
	to->count = from->count;
	to->used = from->used;
	memcpy(to->fields, from->fields, from->count * sizeof(from->fields[0]));
	memcpy(to->store, from->store, from->used);
}

static void
add(struct evidence *e, struct evidence_field field)
{
	if (e->count < EVIDENCE_FIELDS)
		e->fields[e->count++] = field;
}

static void
add_number(struct evidence *e, const char *name, enum evidence_type type,
    int64_t number, unsigned decimals)
{
	add(e,
	    (struct evidence_field){ .name = name,
		.type = type,
		.number = number,
		.decimals = decimals });
}

/* An item that is cut would be another. */
static size_t
whole_items(struct slice joined, size_t len)
{
	if (len == joined.len || joined.p[len] == ',')
		return len;
	while (len > 0 && joined.p[len - 1] != ',')
		len--;
	return len > 0 ? len - 1 : 0;
}

/* As much of `text' as there is room for, cut at a whole character or item. */
static struct slice
fitting(const struct evidence *e, enum evidence_type type, struct slice text)
{
	const bool joined = type == EVIDENCE_LIST || type == EVIDENCE_NUMBERS;
	const size_t most = joined ? EVIDENCE_JOINED : EVIDENCE_VALUE;
	char cut[EVIDENCE_JOINED + 1];
	const size_t end = text.len <= SHORT_VALUE
	    ? EVIDENCE_STORE
	    : EVIDENCE_STORE - KEPT_FOR_SHORT;
	size_t room = e->used < end ? end - e->used : 0;
	struct textbuf t;

	if (room > most)
		room = most;
	textbuf_init(&t, cut, room + 1);
	textbuf_add_slice(&t, text);
	return slice_first(text, joined ? whole_items(text, t.len) : t.len);
}

static void
add_text(struct evidence *e, const char *name, enum evidence_type type,
    struct slice text)
{
	const struct slice value = fitting(e, type, text);

	if (value.len == 0 || e->count == EVIDENCE_FIELDS)
		return;
	add(e,
	    (struct evidence_field){ .name = name,
		.type = type,
		.text = (uint16_t)e->used,
		.text_len = (uint16_t)value.len });
	memcpy(e->store + e->used, value.p, value.len);
	e->used += value.len;
}

void
evidence_wire(struct evidence *e, const char *name, struct slice octets)
{
	char escaped[EVIDENCE_VALUE + 1];
	struct textbuf t;

	textbuf_init(&t, escaped, sizeof(escaped));
	textbuf_wire(&t, octets);
	add_text(e, name, EVIDENCE_TEXT, textbuf_slice(&t));
}

void
evidence_text(struct evidence *e, const char *name, const char *text)
{
	add_text(e, name, EVIDENCE_TEXT, slice_text(text));
}

void
evidence_text_slice(struct evidence *e, const char *name, struct slice text)
{
	add_text(e, name, EVIDENCE_TEXT, text);
}

void
evidence_integer(struct evidence *e, const char *name, int64_t n)
{
	add_number(e, name, EVIDENCE_INTEGER, n, 0);
}

void
evidence_boolean(struct evidence *e, const char *name, bool value)
{
	add_number(e, name, EVIDENCE_BOOLEAN, value, 0);
}

void
evidence_seconds(
    struct evidence *e, const char *name, nstime duration, unsigned decimals)
{
	add_number(e, name, EVIDENCE_SECONDS, duration, decimals);
}

void
evidence_decimal(struct evidence *e, const char *name, int64_t thousandths)
{
	add_number(e, name, EVIDENCE_DECIMAL, thousandths, 0);
}

void
evidence_time(struct evidence *e, const char *name, nstime wall)
{
	add_number(e, name, EVIDENCE_TIME, wall, 0);
}

void
evidence_endpoint(
    struct evidence *e, const char *name, const struct endpoint *endpoint)
{
	char text[SHORT_VALUE + 1];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	endpoint_write(&t, endpoint);
	add_text(e, name, EVIDENCE_TEXT, textbuf_slice(&t));
}

void
evidence_address(
    struct evidence *e, const char *name, const struct address *address)
{
	char text[SHORT_VALUE + 1];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	endpoint_address_write(&t, address);
	add_text(e, name, EVIDENCE_TEXT, textbuf_slice(&t));
}

void
evidence_list(struct evidence *e, const char *name, const char *joined)
{
	add_text(e, name, EVIDENCE_LIST, slice_text(joined));
}

void
evidence_numbers(struct evidence *e, const char *name, const char *joined)
{
	add_text(e, name, EVIDENCE_NUMBERS, slice_text(joined));
}

const struct evidence_field *
evidence_find(const struct evidence *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++)
		if (strcmp(e->fields[i].name, name) == 0)
			return &e->fields[i];
	return NULL;
}

static bool
is_text(const struct evidence_field *field)
{
	return field->type == EVIDENCE_TEXT || field->type == EVIDENCE_LIST ||
	    field->type == EVIDENCE_NUMBERS;
}

struct slice
evidence_get(const struct evidence *e, const char *name)
{
	const struct evidence_field *field = evidence_find(e, name);

	if (field == NULL || !is_text(field))
		return slice_of(NULL, 0);
	return slice_of(e->store + field->text, field->text_len);
}

int64_t
evidence_number(const struct evidence *e, const char *name, int64_t otherwise)
{
	const struct evidence_field *field = evidence_find(e, name);

	return field == NULL || is_text(field) ? otherwise : field->number;
}

void
evidence_save(struct record *r, const struct evidence *e)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct evidence_field *field = &e->fields[i];

		record_more(r, true);
		record_text(r, slice_text(field->name));
		record_u8(r, (uint8_t)field->type);
		if (is_text(field)) {
			record_text(r,
			    slice_of(e->store + field->text, field->text_len));
		} else {
			record_u64(r, (uint64_t)field->number);
			record_u8(r, (uint8_t)field->decimals);
		}
	}
	record_more(r, false);
}

/* Within the range that can be shown. */
static void
load_number(struct evidence_field *field, struct cursor *c)
{
	field->number = (int64_t)cursor_le64(c);
	field->decimals = (unsigned)record_read_below(c, 1, 10);
	if (field->type == EVIDENCE_INTEGER)
		return;
	if (field->number > MOST_NUMBER || field->number < -MOST_NUMBER ||
	    (field->type == EVIDENCE_DECIMAL &&
		(field->number > MOST_NUMBER / NSTIME_MS ||
		    field->number < -MOST_NUMBER / NSTIME_MS)))
		c->bad = true;
}

void
evidence_load(struct evidence *e, struct cursor *c, struct fieldnames *names)
{
	evidence_init(e);
	while (record_read_more(c)) {
		const struct slice name =
		    record_read_text(c, FIELDNAMES_OCTETS);
		const uint64_t type =
		    record_read_below(c, 1, EVIDENCE_DECIMAL + 1);
		struct evidence_field field = {
			.name = fieldnames_keep(names, name),
			.type = (enum evidence_type)type,
		};

		if (field.name == NULL)
			c->bad = true;
		if (is_text(&field)) {
			add_text(e, field.name, field.type,
			    record_read_line(c, EVIDENCE_JOINED));
			continue;
		}
		load_number(&field, c);
		add(e, field);
	}
}
