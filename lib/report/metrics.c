/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/metrics.h"

#include <stdlib.h>

#include "base/textbuf.h"

enum { FIRST_SIZE = 16384, NUMBER = 48 };

void
metrics_init(struct metrics *m, enum metrics_form form, size_t limit)
{
	*m = (struct metrics){ .form = form, .limit = limit };
}

void
metrics_done(struct metrics *m)
{
	free(m->octets);
	m->octets = NULL;
}

static bool
make_room(struct metrics *m, size_t len)
{
	size_t size = m->size == 0 ? FIRST_SIZE : m->size;
	char *grown;

	if (m->failed || len > m->limit - m->len)
		return false;
	while (size - m->len < len)
		size *= 2;
	if (size == m->size)
		return true;
	grown = realloc(m->octets, size);
	if (grown == NULL)
		return false;
	m->octets = grown;
	m->size = size;
	return true;
}

static void
add_slice(struct metrics *m, struct slice s)
{
	if (!make_room(m, s.len)) {
		m->failed = true;
		return;
	}
	if (s.len > 0)
		memcpy(m->octets + m->len, s.p, s.len);
	m->len += s.len;
}

static void
add(struct metrics *m, const char *text)
{
	add_slice(m, slice_text(text));
}

/* Backslash, quotation mark and line feed are all that both forms escape. */
static void
add_escaped(struct metrics *m, const char *value)
{
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '\n')
			add(m, "\\n");
		else if (*c == '\\' || *c == '"')
			add_slice(m, slice_of(*c == '"' ? "\\\"" : "\\\\", 2));
		else
			add_slice(m, slice_of(c, 1));
	}
}

static void
add_count(struct metrics *m, uint64_t n)
{
	char store[NUMBER];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_uint(&t, n);
	add(m, store);
}

static void
add_seconds(struct metrics *m, nstime duration, unsigned decimals)
{
	char store[NUMBER];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_seconds(&t, duration, decimals);
	add(m, store);
}

/* The text form knows no type info and calls a counter by its samples' name. */
static void
add_meta(struct metrics *m, const char *what, const char *text)
{
	const bool suffixed = m->form == METRICS_TEXT;

	add(m, what);
	add(m, m->family);
	if (suffixed && m->type == METRICS_COUNTER)
		add(m, "_total");
	if (suffixed && m->type == METRICS_INFO)
		add(m, "_info");
	add(m, " ");
	add(m, text);
	add(m, "\n");
}

void
metrics_family(struct metrics *m, const char *name, enum metrics_type type,
    const char *unit, const char *help)
{
	static const char *const types[] = {
		[METRICS_COUNTER] = "counter",
		[METRICS_GAUGE] = "gauge",
		[METRICS_HISTOGRAM] = "histogram",
		[METRICS_INFO] = "info",
	};
	const bool open = m->form == METRICS_OPENMETRICS;

	m->family = name;
	m->type = type;
	add_meta(m, "# HELP ", help);
	add_meta(m, "# TYPE ",
	    type == METRICS_INFO && !open ? "gauge" : types[type]);
	if (open && unit != NULL)
		add_meta(m, "# UNIT ", unit);
}

static void
add_label(struct metrics *m, bool *first, const char *name, const char *value)
{
	add(m, *first ? "{" : ",");
	*first = false;
	add(m, name);
	add(m, "=\"");
	add_escaped(m, value);
	add(m, "\"");
}

/* `le' is the bound of a bucket, or NULL. */
static void
begin_sample(struct metrics *m, const char *suffix,
    struct metrics_labels labels, const char *le)
{
	bool first = true;

	add(m, m->family);
	add(m, suffix);
	for (size_t i = 0; i < labels.count; i++)
		add_label(
		    m, &first, labels.labels[i].name, labels.labels[i].value);
	if (le != NULL)
		add_label(m, &first, "le", le);
	add(m, first ? " " : "} ");
}

static const char *
suffix_of(enum metrics_type type)
{
	return type == METRICS_COUNTER ? "_total"
	    : type == METRICS_INFO     ? "_info"
				       : "";
}

void
metrics_count(struct metrics *m, struct metrics_labels labels, uint64_t value)
{
	begin_sample(m, suffix_of(m->type), labels, NULL);
	add_count(m, value);
	add(m, "\n");
}

void
metrics_seconds(struct metrics *m, struct metrics_labels labels, nstime value)
{
	begin_sample(m, suffix_of(m->type), labels, NULL);
	add_seconds(m, value, 6);
	add(m, "\n");
}

/* OpenMetrics wants the bounds as canonical floats: 1.0, 0.25, 32.0. */
static void
bound_text(char store[NUMBER], nstime bound)
{
	struct textbuf t;
	size_t len;

	textbuf_init(&t, store, NUMBER);
	textbuf_seconds(&t, bound, 6);
	len = t.len;
	while (len > 2 && store[len - 1] == '0' && store[len - 2] != '.')
		len--;
	store[len] = '\0';
}

void
metrics_histogram(struct metrics *m, struct metrics_labels labels,
    const struct metrics_histogram *h)
{
	uint64_t below = 0;
	char bound[NUMBER];

	for (size_t i = 0; i < h->bounded; i++) {
		below += h->counts[i];
		bound_text(bound, h->bounds[i]);
		begin_sample(m, "_bucket", labels, bound);
		add_count(m, below);
		add(m, "\n");
	}
	below += h->counts[h->bounded];
	begin_sample(m, "_bucket", labels, "+Inf");
	add_count(m, below);
	add(m, "\n");
	begin_sample(m, "_sum", labels, NULL);
	add_seconds(m, h->sum, 6);
	add(m, "\n");
	begin_sample(m, "_count", labels, NULL);
	add_count(m, below);
	add(m, "\n");
}

const char *
metrics_page(struct metrics *m, size_t *len)
{
	if (m->form == METRICS_OPENMETRICS)
		add(m, "# EOF\n");
	*len = m->len;
	return m->failed ? NULL : m->octets;
}

const char *
metrics_content_type(enum metrics_form form)
{
	return form == METRICS_OPENMETRICS
	    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
	    : "text/plain; version=0.0.4; charset=utf-8";
}

/* "0.5" in thousandths; what cannot be read is the default, 1. */
static unsigned
weight_of(struct slice text)
{
	const size_t point = slice_index(text, '.');
	const struct slice decimals = slice_after(text, point + 1);
	uint64_t whole = 1, value = 0;
	unsigned digits = 0, thousandths;

	if (!slice_decimal(slice_first(text, point), 1, &whole))
		return 1000;
	thousandths = (unsigned)whole * 1000;
	if (decimals.len > 3 ||
	    (decimals.len > 0 && !slice_decimal(decimals, 999, &value)))
		return thousandths;
	for (digits = (unsigned)decimals.len; digits < 3; digits++)
		value *= 10;
	return thousandths + (unsigned)value > 1000
	    ? 1000
	    : thousandths + (unsigned)value;
}

static unsigned
range_weight(struct slice parameters)
{
	while (parameters.len > 0) {
		const struct slice one = slice_trim(
		    slice_first(parameters, slice_index(parameters, ';')));

		if (slice_starts_with(one, "q="))
			return weight_of(slice_after(one, 2));
		parameters =
		    slice_after(parameters, slice_index(parameters, ';') + 1);
	}
	return 1000;
}

enum metrics_form
metrics_accepted(struct slice accept)
{
	unsigned open = 0, text = 0;

	while (accept.len > 0) {
		const struct slice range =
		    slice_first(accept, slice_index(accept, ','));
		const struct slice type =
		    slice_trim(slice_first(range, slice_index(range, ';')));
		const unsigned weight = range_weight(
		    slice_after(range, slice_index(range, ';') + 1));

		if (slice_is(type, "application/openmetrics-text"))
			open = weight > open ? weight : open;
		else if (slice_is(type, "text/plain"))
			text = weight > text ? weight : text;
		accept = slice_after(accept, range.len + 1);
	}
	return open > 0 && open >= text ? METRICS_OPENMETRICS : METRICS_TEXT;
}
