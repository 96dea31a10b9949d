/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METRICS_H
#define METRICS_H

#include "base/nstime.h"
#include "base/slice.h"

/*
 * A page of metrics, as Prometheus reads it: the text format 0.0.4, or
 * OpenMetrics 1.0.  Families are begun one after the other, each followed by
 * its samples; the writer knows where the two forms differ (the name of a
 * counter's family, UNIT lines, the type info, the end of the page).
 *
 * Names and help texts are our own.  Label values may come off the wire: they
 * are escaped here, and expected to be printable UTF-8 (textbuf_wire()).
 * A page that would outgrow its limit is failed as a whole: half a page would
 * be refused by its reader, or believed.
 */

enum metrics_form { METRICS_TEXT, METRICS_OPENMETRICS };

enum metrics_type {
	METRICS_COUNTER,
	METRICS_GAUGE,
	METRICS_HISTOGRAM,
	METRICS_INFO
};

/* Embedded; only metrics_page() reads it. */
struct metrics {
	enum metrics_form form;
	char *octets;
	size_t len, size, limit;
	bool failed;
	const char *family;
	enum metrics_type type;
};

/* A label and its value, both borrowed. */
struct metrics_label {
	const char *name, *value;
};

struct metrics_labels {
	const struct metrics_label *labels;
	size_t count;
};

/* An empty page that grows to `limit' octets at most; metrics_done() frees
 * what it holds. */
void metrics_init(struct metrics *m, enum metrics_form form, size_t limit);
void metrics_done(struct metrics *m);

/*
 * Begin a family.  `name' is without the suffix of its samples (_total,
 * _info); `unit' is the last word of the name ("seconds", "bytes"), or NULL.
 * Both are static.
 */
void metrics_family(struct metrics *m, const char *name, enum metrics_type type,
    const char *unit, const char *help);

/* A sample of the family: a counter's total, a gauge's value, or the 1 of an
 * info. */
void metrics_count(
    struct metrics *m, struct metrics_labels labels, uint64_t value);

/* A duration or an offset, written in seconds to the microsecond. */
void metrics_seconds(
    struct metrics *m, struct metrics_labels labels, nstime value);

/*
 * A histogram of durations: counts[i] fell at or below bounds[i] and above
 * bounds[i - 1], counts[bounded] above the last bound.
 */
struct metrics_histogram {
	const nstime *bounds;
	const uint64_t *counts; /* bounded + 1 of them */
	size_t bounded;
	nstime sum;
};
void metrics_histogram(struct metrics *m, struct metrics_labels labels,
    const struct metrics_histogram *h);

/* The whole page, borrowed until metrics_done(); NULL when it did not fit, or
 * out of memory.  Nothing may be added after it. */
const char *metrics_page(struct metrics *m, size_t *len);

/* The Content-Type of a form. */
const char *metrics_content_type(enum metrics_form form);

/*
 * Which form the Accept header of a request asks for (RFC 9110 section
 * 12.5.1): OpenMetrics where it is named with a weight that is not zero and
 * not below that of text/plain, text otherwise.
 */
enum metrics_form metrics_accepted(struct slice accept);

#endif
