/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/certificate.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/nstime.h"
#include "findings/inner/certevidence.h"
#include "findings/inner/certhold.h"
#include "findings/inner/certplace.h"

enum {
	KEY_TEXT = 160,
};

/* As long as others may yet show whether our clock is right. */
#define HELD (300 * NSTIME_S)

/* Certificates that live for days only are renewed late, and no news. */
#define EXPIRING_PART 4

struct clock {
	struct lru_entry entry;
	struct address address;
	nstime offset, uncertainty;
};

struct certificate {
	struct certificate_limits limits;
	finding_output *output;
	void *arg;
	struct lru *places, *clocks;
	nstime ahead; /* our clock, of the true time */
	bool vouched; /* that is known */
	struct certhold held;
	struct evidence evidence;
};

static bool
clock_equal(const struct table_entry *entry, const void *key)
{
	return endpoint_address_equal(
	    &((const struct clock *)entry)->address, key);
}

struct certificate *
certificate_new(
    const struct certificate_limits *limits, finding_output *output, void *arg)
{
	const struct lru_setup places = {
		.limit = limits->troubles,
		.octets = sizeof(struct certplace),
		.memory = limits->memory,
		.equal = certplace_equal,
	};
	const struct lru_setup clocks = {
		.limit = limits->clocks,
		.octets = sizeof(struct clock),
		.memory = limits->memory,
		.equal = clock_equal,
	};
	struct certificate *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->limits = *limits;
	c->output = output;
	c->arg = arg;
	c->vouched = true;
	c->places = lru_new(&places, &limits->key);
	c->clocks = lru_new(&clocks, &limits->key);
	if (c->places != NULL && c->clocks != NULL)
		return c;
	certificate_free(c);
	return NULL;
}

void
certificate_free(struct certificate *c)
{
	if (c == NULL)
		return;
	lru_free(c->places);
	lru_free(c->clocks);
	free(c);
}

void
certificate_set(struct certificate *c, const struct certificate_limits *limits)
{
	c->limits = *limits;
	lru_set(c->places, limits->troubles);
	lru_set(c->clocks, limits->clocks);
}

static uint64_t
clock_hash(const struct certificate *c, const struct address *address)
{
	return lru_hash(c->clocks, slice_of(address, sizeof(*address)));
}

static struct clock *
find_clock(const struct certificate *c, const struct address *address)
{
	if (lru_count(c->clocks) == 0)
		return NULL;
	return lru_find(c->clocks, clock_hash(c, address), address);
}

static struct clock *
find_or_add_clock(struct certificate *c, const struct address *address)
{
	struct clock *clock = find_clock(c, address);

	if (clock != NULL) {
		lru_use(c->clocks, clock);
		return clock;
	}
	clock = lru_add(c->clocks, clock_hash(c, address));
	if (clock != NULL)
		clock->address = *address;
	return clock;
}

void
certificate_clock(struct certificate *c, const struct address *address,
    nstime offset, nstime uncertainty)
{
	struct clock *clock = find_or_add_clock(c, address);

	if (clock == NULL)
		return;
	clock->offset = offset;
	clock->uncertainty = uncertainty;
}

void
certificate_clock_unknown(struct certificate *c, const struct address *address)
{
	struct clock *clock = find_clock(c, address);

	if (clock != NULL)
		lru_forget(c->clocks, clock);
}

/* Seconds, rounded down: dates reach further than nstime does. */
static int64_t
seconds(nstime t)
{
	return t / NSTIME_S - (t % NSTIME_S < 0);
}

/* The host that the certificate is shown to. */
static const struct address *
peer_of(const struct certificate_sight *s)
{
	return s->holder == TLSFLOW_SERVER ? &s->client.address
					   : &s->server.address;
}

/* Wrong wherever in its uncertainty that clock is. */
static bool
invalid_by(const struct clock *clock, const struct certificate_sight *s)
{
	const int64_t there = seconds(s->wall) + seconds(clock->offset);
	const int64_t give_or_take = seconds(clock->uncertainty) + 1;

	return there - give_or_take > s->certificate->not_after ||
	    there + give_or_take < s->certificate->not_before;
}

static enum certevidence_class
judge(const struct certificate *c, const struct certificate_sight *s)
{
	const struct x509cert *cert = s->certificate;
	const struct clock *clock = find_clock(c, peer_of(s));
	const int64_t now = seconds(s->wall) - seconds(c->ahead);
	int64_t warning = seconds(c->limits.expiry_warning);

	if (now > cert->not_after)
		return CERTEVIDENCE_EXPIRED;
	if (now < cert->not_before)
		return CERTEVIDENCE_NOT_YET_VALID;
	if (clock != NULL && invalid_by(clock, s))
		return CERTEVIDENCE_INVALID_BY_PEER_CLOCK;
	if (warning > (cert->not_after - cert->not_before) / EXPIRING_PART)
		warning = (cert->not_after - cert->not_before) / EXPIRING_PART;
	return cert->not_after - now < warning ? CERTEVIDENCE_EXPIRING
					       : CERTEVIDENCE_GOOD;
}

static void
tell(struct certificate *c, const struct endpoint *holder,
    const uint8_t sha256[X509CERT_SHA256], struct finding finding)
{
	char key_store[KEY_TEXT], subject_store[KEY_TEXT];
	struct textbuf key, subject;

	textbuf_init(&subject, subject_store, sizeof(subject_store));
	certevidence_holder(&subject, holder);
	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_add_slice(&key, textbuf_slice(&subject));
	textbuf_add(&key, " ");
	certevidence_sha256(&key, sha256);
	finding.kind = FINDING_CERTIFICATE;
	finding.key = textbuf_slice(&key);
	finding.subject = textbuf_slice(&subject);
	c->output(c->arg, &finding);
}

static struct certplace_key
place_of(const struct certificate_sight *s)
{
	return (struct certplace_key){
		.holder = certevidence_holder_of(s),
		.depth = s->depth,
	};
}

static void
raise(struct certificate *c, const struct certificate_sight *s,
    enum certevidence_class class, nstime now, nstime wall)
{
	const struct certplace_key key = place_of(s);
	struct certplace *place = certplace_find_or_add(c->places, &key);
	const struct clock *clock;

	if (place != NULL)
		certplace_remember(place, s->certificate, peer_of(s),
		    class == CERTEVIDENCE_INVALID_BY_PEER_CLOCK);
	clock = find_clock(c, peer_of(s));
	certevidence_write(&c->evidence, s, class,
	    clock == NULL ? 0 : clock->offset + c->ahead);
	tell(c, &key.holder, s->certificate->sha256,
	    (struct finding){
		.now = now,
		.wall = wall,
		.began = s->wall,
		.change = FINDING_TROUBLE,
		.severity = finding_severity_of(
		    FINDING_CERTIFICATE, certevidence_class_name(class)),
		.evidence = &c->evidence,
	    });
}

/* A good certificate replaced bad ones: their troubles are over.  A trouble by
 * one peer's clock ends only when that peer is shown a good one. */
static void
heal(struct certificate *c, const struct certificate_sight *s,
    const struct certplace_key *key, bool others_only)
{
	struct certplace *place = certplace_find(c->places, key);

	if (!others_only)
		certhold_drop(&c->held, &key->holder, key->depth);
	for (unsigned i = 0; place != NULL && i < CERTPLACE_TROUBLES; i++) {
		struct certplace_trouble *t = &place->troubles[i];

		if (!t->stands ||
		    (others_only && certplace_is(t, s->certificate)) ||
		    (t->by_peer &&
			!endpoint_address_equal(&t->peer, peer_of(s))))
			continue;
		t->stands = false;
		tell(c, &key->holder, t->sha256,
		    (struct finding){ .change = FINDING_HEALTHY,
			.now = s->now,
			.wall = s->wall });
	}
}

static bool
is_explained(const struct certplace_trouble *t, int64_t now)
{
	return t->stands && t->dated && !t->by_peer && now >= t->not_before &&
	    now <= t->not_after;
}

static void
explain(struct certificate *c, struct certplace *place, nstime now, nstime wall)
{
	for (unsigned i = 0; i < CERTPLACE_TROUBLES; i++) {
		struct certplace_trouble *t = &place->troubles[i];

		if (!is_explained(t, seconds(wall) - seconds(c->ahead)))
			continue;
		t->stands = false;
		tell(c, &place->key.holder, t->sha256,
		    (struct finding){ .change = FINDING_SUPERSEDED,
			.now = now,
			.wall = wall });
	}
}

void
certificate_reference(
    struct certificate *c, nstime ahead, nstime now, nstime wall)
{
	const bool moved = ahead != c->ahead;
	struct certplace *place;

	c->ahead = ahead;
	if (!moved || ahead == 0)
		return;
	for (place = lru_oldest(c->places); place != NULL;
	     place = lru_newer(place))
		explain(c, place, now, wall);
}

static void
release(struct certificate *c, nstime until, nstime now, nstime wall)
{
	struct certhold_entry e;

	while (certhold_take(&c->held, until, &e)) {
		const enum certevidence_class class = judge(c, &e.sight);

		if (class != CERTEVIDENCE_GOOD)
			raise(c, &e.sight, class, now, wall);
	}
}

void
certificate_vouched(
    struct certificate *c, bool vouched, nstime now, nstime wall)
{
	c->vouched = vouched;
	if (vouched)
		release(c, NSTIME_NEVER, now, wall);
}

void
certificate_refused(struct certificate *c, const struct endpoint *server,
    nstime now, nstime wall)
{
	certhold_hurry(&c->held, server, now);
	release(c, now, now, wall);
}

void
certificate_tick(struct certificate *c, nstime now, nstime wall)
{
	release(c, now, now, wall);
}

nstime
certificate_next_deadline(const struct certificate *c)
{
	return certhold_next_deadline(&c->held);
}

void
certificate_finish(struct certificate *c, nstime now, nstime wall)
{
	release(c, NSTIME_NEVER, now, wall);
}

/* Is it held, rather than judged now? */
static bool
hold(struct certificate *c, const struct certificate_sight *s)
{
	return !c->vouched &&
	    certhold_add(&c->held, s, nstime_after(s->now, HELD));
}

void
certificate_input(struct certificate *c, const struct certificate_sight *s)
{
	const enum certevidence_class class = judge(c, s);
	struct certplace_key key = place_of(s);

	if (class != CERTEVIDENCE_GOOD && !hold(c, s))
		raise(c, s, class, s->now, s->wall);
	if (class == CERTEVIDENCE_GOOD || class == CERTEVIDENCE_EXPIRING)
		heal(c, s, &key, class == CERTEVIDENCE_EXPIRING);
	/* Certificates that a shorter chain leaves out trouble nobody any
	 * more. */
	for (key.depth = s->chain; s->depth == 0 && key.depth < CERTPLACE_DEPTH;
	     key.depth++)
		heal(c, s, &key, false);
}

void
certificate_stats(
    const struct certificate *c, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "certificate.troubles_evicted",
	    lru_evicted(c->places));
	output(arg, COUNTER_LIMIT, "certificate.clocks_evicted",
	    lru_evicted(c->clocks));
}

void
certificate_save(const struct certificate *c, struct record *r)
{
	certplace_save(c->places, r);
	record_flag(r, c->vouched);
	record_time(r, c->ahead);
	certhold_save(&c->held, r);
}

bool
certificate_load(struct certificate *c, struct cursor *from,
    const struct record_shift *shift)
{
	while (record_read_more(from))
		certplace_load(c->places, c->limits.troubles, from);
	/* States of an older version end here. */
	if (from->rest.len == 0)
		return !from->bad;
	c->vouched = record_read_flag(from);
	c->ahead = record_read_time(from);
	certhold_load(&c->held, from, shift->watching);
	return !from->bad;
}
