/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/accusation.h"

#include "skew/inner/testimony.h"

static nstime
magnitude(nstime t)
{
	return t < 0 ? -t : t;
}

struct accusation_figures
accusation_figures(const struct offset_interval *interval)
{
	const bool fine = offset_uncertainty(*interval) < 10 * NSTIME_S;
	const nstime unit = fine ? NSTIME_S / 10 : NSTIME_S;
	const nstime middle = offset_middle(*interval);
	const nstime half = middle < 0 ? -unit / 2 : unit / 2;
	const nstime offset = (middle + half) / unit * unit;
	const nstime below = offset - interval->lo;
	const nstime above = interval->hi - offset;
	const nstime reach = below > above ? below : above;

	return (struct accusation_figures){
		.offset = offset,
		.uncertainty = (reach + unit - 1) / unit * unit,
		.decimals = fine ? 1 : 0,
	};
}

static bool
is_zone(enum shape_kind kind)
{
	return kind == SHAPE_TIMEZONE || kind == SHAPE_DST;
}

enum finding_severity
accusation_severity(
    const struct accusation *a, const struct skew_limits *limits)
{
	const nstime size = magnitude(offset_middle(a->estimate.interval));

	if (!hosts_is_server(&a->facts))
		return FINDING_WARNING;
	if (size >= limits->critical || is_zone(a->shape.kind))
		return FINDING_CRITICAL;
	return size >= limits->major ? FINDING_ERROR : FINDING_WARNING;
}

static void
write_estimate(const struct offset_estimate *estimate, struct evidence *e)
{
	const struct accusation_figures f =
	    accusation_figures(&estimate->interval);

	evidence_seconds(e, "offset_s", f.offset, f.decimals);
	evidence_seconds(e, "uncertainty_s", f.uncertainty, f.decimals);
	evidence_integer(e, "samples", estimate->stamps);
	evidence_integer(e, "outliers", estimate->outliers);
}

static void
write_witnesses(unsigned witnesses, struct evidence *e)
{
	char store[64];
	struct textbuf names;

	textbuf_init(&names, store, sizeof(store));
	testimony_write(&names, witnesses);
	evidence_list(e, "witnesses", names.text);
}

void
accusation_write(const struct accusation *a, struct evidence *e)
{
	evidence_init(e);
	evidence_address(e, "peer", &a->peer);
	if (a->facts.pool.name != NULL)
		evidence_text(e, "pool", a->facts.pool.name);
	if (a->facts.answers || a->facts.dials)
		evidence_text(
		    e, "role", a->facts.answers ? "server" : "client");
	write_estimate(&a->estimate, e);
	write_witnesses(a->witnesses, e);
	evidence_text(
	    e, "attribution", a->attribution == STAMP_VIA ? "via" : "host");
	evidence_text(e, "shape", shape_name(a->shape.kind));
	if (a->shape.has_units)
		evidence_decimal(e, "shape_units", a->shape.units_thousandths);
	if (a->estimate.stepped) {
		evidence_seconds(e, "step_s", a->estimate.step, 1);
		evidence_time(e, "stepped_at", a->estimate.stepped_at);
	}
	evidence_text(e, "local_clock", a->local_clock);
}

void
accusation_tell(
    const struct accusation_finding *f, finding_output *output, void *arg)
{
	char key_store[64], subject_store[64];
	struct textbuf key, subject;

	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_init(&subject, subject_store, sizeof(subject_store));
	if (f->attribution == STAMP_VIA)
		textbuf_add(&key, "via ");
	endpoint_address_write(&key, f->peer);
	endpoint_address_write(&subject, f->peer);
	output(arg,
	    &(struct finding){
		.kind = FINDING_CLOCK_SKEW,
		.verdict = f->verdict,
		.severity = f->severity,
		.key = textbuf_slice(&key),
		.subject = textbuf_slice(&subject),
		.evidence = f->evidence,
		.now = f->now,
		.wall = f->wall,
	    });
}
