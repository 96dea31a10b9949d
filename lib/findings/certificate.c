/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/certificate.h"

#include <stdlib.h>

#include "base/lru.h"
#include "findings/inner/certevidence.h"

enum {
	MOST_DEPTH = 10,
	TROUBLES = 4, /* certificates in trouble at one place */
	KEY_TEXT = 160,
	SPARE = 1024 /* what must still fit into a record for one place */
};

/* Certificates that live for days only are renewed late, and no news. */
#define EXPIRING_PART 4

/* One certificate that is, or was, no good. */
struct trouble {
	bool stands;
	bool by_peer; /* only by the clock of `peer' */
	bool dated;   /* its dates are known; not after a restart */
	int64_t not_before, not_after;
	struct address peer;
	uint8_t sha256[X509CERT_SHA256];
};

/* Where certificates are shown: by whom, and how deep in the chain. */
struct place_key {
	struct endpoint holder; /* a client's has port 0 */
	unsigned depth;
};

struct place {
	struct lru_entry entry;
	struct place_key key;
	struct trouble troubles[TROUBLES];
	unsigned next; /* to be overwritten */
};

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
	struct evidence evidence;
};

static bool
place_equal(const struct table_entry *entry, const void *key)
{
	const struct place *place = (const struct place *)entry;
	const struct place_key *wanted = key;

	return place->key.depth == wanted->depth &&
	    endpoint_equal(&place->key.holder, &wanted->holder);
}

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
		.octets = sizeof(struct place),
		.equal = place_equal,
	};
	const struct lru_setup clocks = {
		.limit = limits->clocks,
		.octets = sizeof(struct clock),
		.equal = clock_equal,
	};
	struct certificate *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->limits = *limits;
	c->output = output;
	c->arg = arg;
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
place_hash(const struct certificate *c, const struct place_key *key)
{
	return endpoint_hash(c->places, &key->holder) +
	    ((uint64_t)key->depth << 16);
}

static struct place *
find_place(const struct certificate *c, const struct place_key *key)
{
	if (lru_count(c->places) == 0)
		return NULL;
	return lru_find(c->places, place_hash(c, key), key);
}

static struct place *
find_or_add_place(struct certificate *c, const struct place_key *key)
{
	struct place *place = find_place(c, key);

	if (place != NULL) {
		lru_use(c->places, place);
		return place;
	}
	place = lru_add(c->places, place_hash(c, key));
	if (place != NULL)
		place->key = *key;
	return place;
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

static bool
same_certificate(const struct trouble *t, const struct x509cert *cert)
{
	return memcmp(t->sha256, cert->sha256, sizeof(t->sha256)) == 0;
}

static void
remember(struct place *place, const struct certificate_sight *s, bool by_peer)
{
	struct trouble *t = &place->troubles[place->next];
	bool known = false;

	for (unsigned i = 0; i < TROUBLES && !known; i++) {
		known = place->troubles[i].stands &&
		    same_certificate(&place->troubles[i], s->certificate);
		if (known)
			t = &place->troubles[i];
	}
	if (!known)
		place->next = (place->next + 1) % TROUBLES;
	t->stands = true;
	t->by_peer = by_peer;
	t->dated = true;
	t->not_before = s->certificate->not_before;
	t->not_after = s->certificate->not_after;
	t->peer = *peer_of(s);
	memcpy(t->sha256, s->certificate->sha256, sizeof(t->sha256));
}

static void
raise(struct certificate *c, const struct certificate_sight *s,
    const struct place_key *key, enum certevidence_class class)
{
	struct place *place = find_or_add_place(c, key);
	const struct clock *clock;

	if (place != NULL)
		remember(place, s, class == CERTEVIDENCE_INVALID_BY_PEER_CLOCK);
	clock = find_clock(c, peer_of(s));
	certevidence_write(&c->evidence, s, class,
	    clock == NULL ? 0 : clock->offset + c->ahead);
	tell(c, &key->holder, s->certificate->sha256,
	    (struct finding){
		.now = s->now,
		.wall = s->wall,
		.verdict = FINDING_TROUBLE,
		.severity = finding_severity_of(
		    FINDING_CERTIFICATE, certevidence_class_name(class)),
		.evidence = &c->evidence,
	    });
}

/* A good certificate replaced bad ones: their troubles are over.  A trouble by
 * one peer's clock ends only when that peer is shown a good one. */
static void
heal(struct certificate *c, const struct certificate_sight *s,
    const struct place_key *key, bool others_only)
{
	struct place *place = find_place(c, key);

	for (unsigned i = 0; place != NULL && i < TROUBLES; i++) {
		struct trouble *t = &place->troubles[i];

		if (!t->stands ||
		    (others_only && same_certificate(t, s->certificate)) ||
		    (t->by_peer &&
			!endpoint_address_equal(&t->peer, peer_of(s))))
			continue;
		t->stands = false;
		tell(c, &key->holder, t->sha256,
		    (struct finding){ .verdict = FINDING_HEALTHY,
			.now = s->now,
			.wall = s->wall });
	}
}

static bool
is_explained(const struct trouble *t, int64_t now)
{
	return t->stands && t->dated && !t->by_peer && now >= t->not_before &&
	    now <= t->not_after;
}

static void
explain(struct certificate *c, struct place *place, nstime now, nstime wall)
{
	for (unsigned i = 0; i < TROUBLES; i++) {
		struct trouble *t = &place->troubles[i];

		if (!is_explained(t, seconds(wall) - seconds(c->ahead)))
			continue;
		t->stands = false;
		tell(c, &place->key.holder, t->sha256,
		    (struct finding){ .verdict = FINDING_SUPERSEDED,
			.now = now,
			.wall = wall });
	}
}

void
certificate_reference(
    struct certificate *c, nstime ahead, nstime now, nstime wall)
{
	const bool moved = ahead != c->ahead;
	struct place *place;

	c->ahead = ahead;
	if (!moved || ahead == 0)
		return;
	for (place = lru_oldest(c->places); place != NULL;
	     place = lru_newer(place))
		explain(c, place, now, wall);
}

void
certificate_input(struct certificate *c, const struct certificate_sight *s)
{
	const enum certevidence_class class = judge(c, s);
	struct place_key key = { .holder = certevidence_holder_of(s),
		.depth = s->depth };

	if (class != CERTEVIDENCE_GOOD)
		raise(c, s, &key, class);
	if (class == CERTEVIDENCE_GOOD || class == CERTEVIDENCE_EXPIRING)
		heal(c, s, &key, class == CERTEVIDENCE_EXPIRING);
	/* Certificates that a shorter chain leaves out trouble nobody any
	 * more. */
	for (key.depth = s->chain; s->depth == 0 && key.depth < MOST_DEPTH;
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

static bool
is_troubled(const struct place *place)
{
	for (unsigned i = 0; i < TROUBLES; i++)
		if (place->troubles[i].stands)
			return true;
	return false;
}

static void
save_place(struct record *r, const struct place *place)
{
	record_more(r, true);
	endpoint_save(r, &place->key.holder);
	record_u8(r, (uint8_t)place->key.depth);
	for (unsigned i = 0; i < TROUBLES; i++) {
		const struct trouble *t = &place->troubles[i];

		if (!t->stands)
			continue;
		record_more(r, true);
		record_flag(r, t->by_peer);
		endpoint_address_save(r, &t->peer);
		record_octets(r, slice_of(t->sha256, sizeof(t->sha256)));
	}
	record_more(r, false);
}

void
certificate_save(const struct certificate *c, struct record *r)
{
	const struct place *place;
	size_t saved = 0;

	for (place = lru_newest(c->places); place != NULL;
	     place = lru_older(place)) {
		if (!is_troubled(place) || saved == CERTIFICATE_SAVED ||
		    record_left(r) < SPARE)
			continue;
		save_place(r, place);
		saved++;
	}
	record_more(r, false);
}

static struct trouble
load_trouble(struct cursor *from)
{
	struct trouble t = { .stands = true };
	struct slice sha256;

	t.by_peer = record_read_flag(from);
	t.peer = endpoint_address_load(from);
	sha256 = cursor_take(from, sizeof(t.sha256));
	if (!from->bad)
		memcpy(t.sha256, sha256.p, sizeof(t.sha256));
	return t;
}

static void
load_place(struct certificate *c, struct cursor *from)
{
	struct place_key key = { .holder = endpoint_load(from) };
	struct trouble troubles[TROUBLES] = { { .stands = false } };
	struct place *place = NULL;
	unsigned count = 0;

	key.depth = (unsigned)record_read_below(from, 1, MOST_DEPTH);
	while (record_read_more(from) && count < TROUBLES)
		troubles[count++] = load_trouble(from);
	if (!from->bad && find_place(c, &key) == NULL &&
	    lru_count(c->places) < c->limits.troubles)
		place = find_or_add_place(c, &key);
	if (place == NULL)
		return;
	memcpy(place->troubles, troubles, sizeof(troubles));
	place->next = count % TROUBLES;
	lru_age(c->places, place);
}

/* Saved the latest first. */
bool
certificate_load(struct certificate *c, struct cursor *from)
{
	while (record_read_more(from))
		load_place(c, from);
	return !from->bad;
}
