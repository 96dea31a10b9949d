/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/skewfinding.h"

#include "skew/inner/select.h"

struct skewfinding_figures
skewfinding_figures(const struct offset_interval *interval)
{
	const bool fine = offset_uncertainty(*interval) < 10 * NSTIME_S;
	const nstime unit = fine ? NSTIME_S / 10 : NSTIME_S;
	const nstime middle = offset_middle(*interval);
	const nstime half = middle < 0 ? -unit / 2 : unit / 2;
	const nstime offset = (middle + half) / unit * unit;
	const nstime below = offset - interval->lo;
	const nstime above = interval->hi - offset;
	const nstime reach = below > above ? below : above;

	return (struct skewfinding_figures){
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
skewfinding_severity(
    const struct skewfinding *f, const struct skewfinding_limits *limits)
{
	const nstime size =
	    nstime_magnitude(offset_middle(f->estimate.interval));

	if (!hosts_is_server(&f->facts))
		return FINDING_WARNING;
	if (size >= limits->critical || is_zone(f->shape.kind))
		return FINDING_CRITICAL;
	return size >= limits->major ? FINDING_ERROR : FINDING_WARNING;
}

static void
write_estimate(const struct offset_estimate *estimate, struct evidence *e)
{
	const struct skewfinding_figures figures =
	    skewfinding_figures(&estimate->interval);

	evidence_seconds(e, "offset_s", figures.offset, figures.decimals);
	evidence_seconds(
	    e, "uncertainty_s", figures.uncertainty, figures.decimals);
	evidence_integer(e, "samples", estimate->stamps);
	evidence_integer(e, "outliers", estimate->outliers);
}

static void
write_witnesses(unsigned witnesses, struct evidence *e)
{
	char store[WITNESS_LIST];
	struct textbuf names;

	textbuf_init(&names, store, sizeof(store));
	witness_write(&names, witnesses);
	evidence_list(e, "witnesses", names.text);
}

void
skewfinding_write(const struct skewfinding *f, struct evidence *e)
{
	evidence_init(e);
	evidence_address(e, "peer", &f->peer.address);
	if (peer_agent(&f->peer) != 0)
		evidence_integer(e, "agent", peer_agent(&f->peer));
	if (f->facts.pool.name != NULL)
		evidence_text(e, "pool", f->facts.pool.name);
	if (f->facts.answers || f->facts.dials)
		evidence_text(
		    e, "role", f->facts.answers ? "server" : "client");
	write_estimate(&f->estimate, e);
	write_witnesses(f->witnesses, e);
	evidence_text(e, "attribution",
	    f->peer.attribution == STAMP_HOST ? "host" : "via");
	evidence_text(e, "shape", shape_name(f->shape.kind));
	if (f->shape.has_units)
		evidence_decimal(e, "shape_units", f->shape.units_thousandths);
	if (f->estimate.stepped) {
		evidence_seconds(e, "step_s", f->estimate.step, 1);
		evidence_time(e, "stepped_at", f->estimate.stepped_at);
	}
	evidence_text(e, "local_clock", f->local_clock);
	if (f->serves_other)
		evidence_seconds(e, "ntp_offset_s", f->served, 1);
}

void
skewfinding_key(struct textbuf *t, const struct peer_key *peer)
{
	if (peer->attribution == STAMP_VIA)
		textbuf_add(t, "via ");
	endpoint_address_write(t, &peer->address);
	if (peer->attribution != STAMP_AGENT)
		return;
	textbuf_add(t, " agent ");
	textbuf_uint(t, peer_agent(peer));
}

nstime
skewfinding_began(const struct evidence *e)
{
	return e == NULL ? 0 : evidence_number(e, "stepped_at", 0);
}

void
skewfinding_tell(
    const struct skewfinding_report *r, finding_output *output, void *arg)
{
	char key_store[64], subject_store[64];
	struct textbuf key, subject;

	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_init(&subject, subject_store, sizeof(subject_store));
	skewfinding_key(&key, r->peer);
	endpoint_address_write(&subject, &r->peer->address);
	output(arg,
	    &(struct finding){
		.kind = FINDING_CLOCK_SKEW,
		.change = r->change,
		.severity = r->severity,
		.key = textbuf_slice(&key),
		.subject = textbuf_slice(&subject),
		.evidence = r->evidence,
		.now = r->now,
		.wall = r->wall,
		.began = skewfinding_began(r->evidence),
	    });
}
