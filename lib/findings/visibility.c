/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/visibility.h"

#include <stdlib.h>
#include <string.h>

#include "findings/inner/blindness.h"
#include "findings/inner/differing.h"
#include "findings/inner/oneway.h"
#include "findings/inner/unread.h"

enum { KEY_OCTETS = 112, INTERFACES = 16, NAME_OCTETS = 32 };

/* More than one packet in this many is too much. */
enum { LOSS_ONE_IN = 1000 };

/* An interface that dropped too much in the last minute; "": free. */
struct lossy {
	char name[NAME_OCTETS];
};

struct visibility {
	struct visibility_limits limits;
	finding_output *output;
	void *arg;
	struct oneway *pairs;
	struct unread *unread;
	struct blindness loss, truncated;
	struct limited {
		struct blindness blindness;
		char name[NAME_OCTETS]; /* of the limit */
	} limited;
	struct differing differing; /* clocks of sources */
	struct lossy lossy[INTERFACES];
	unsigned minutes_without_sip;
	struct evidence evidence;
};

struct visibility *
visibility_new(
    const struct visibility_limits *limits, finding_output *output, void *arg)
{
	struct visibility *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->output = output;
	v->arg = arg;
	v->loss.class = "loss";
	v->truncated.class = "truncated";
	v->limited.blindness.class = "limit";
	v->pairs = oneway_new(limits->pairs, &limits->key, limits->memory);
	v->unread = unread_new(limits->pairs, &limits->key, limits->memory);
	if (v->pairs == NULL || v->unread == NULL) {
		visibility_free(v);
		return NULL;
	}
	visibility_set(v, limits);
	return v;
}

void
visibility_set(struct visibility *v, const struct visibility_limits *limits)
{
	v->limits = *limits;
	v->loss.needed = 1;
	v->truncated.needed = limits->truncated;
	v->limited.blindness.needed = 1;
	oneway_set(v->pairs, limits->pairs, limits->one_way);
	unread_set(v->unread, limits->pairs);
}

static void
tell(struct visibility *v, enum finding_change change, const char *key,
    const char *subject, nstime now, nstime wall)
{
	v->output(v->arg,
	    &(struct finding){
		.kind = FINDING_VISIBILITY,
		.change = change,
		.severity = finding_severity_of(FINDING_VISIBILITY, NULL),
		.key = slice_text(key),
		.subject = slice_text(subject),
		.evidence = &v->evidence,
		.now = now,
		.wall = wall,
	    });
}

static void
tell_pair(struct visibility *v, const struct outcome *o, unsigned unanswered,
    enum finding_change change, nstime wall)
{
	const struct address *a = &o->uac.address, *b = &o->uas.address;
	struct evidence *e = &v->evidence;
	char key_store[KEY_OCTETS], subject_store[KEY_OCTETS];
	struct textbuf key, subject;

	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_add(&key, "one_way ");
	endpoint_address_write(&key, a);
	textbuf_add(&key, " ");
	endpoint_address_write(&key, b);
	textbuf_init(&subject, subject_store, sizeof(subject_store));
	endpoint_address_write(&subject, a);
	textbuf_add(&subject, " > ");
	endpoint_address_write(&subject, b);
	evidence_init(e);
	evidence_text(e, "class", "one_way");
	evidence_address(e, "a", a);
	evidence_address(e, "b", b);
	evidence_integer(e, "transactions_unknown", unanswered);
	tell(v, change, key_store, subject_store, o->now, wall);
}

static void
tell_blindness(struct visibility *v, const struct blindness *b,
    enum finding_change change, nstime now, nstime wall)
{
	struct evidence *e = &v->evidence;

	evidence_init(e);
	evidence_text(e, "class", b->class);
	if (b != &v->truncated)
		evidence_integer(e, "transactions_unknown", b->count);
	if (b == &v->limited.blindness)
		evidence_text(e, "limit", v->limited.name);
	tell(v, change, b->class, "capture", now, wall);
}

static void
tell_sources(struct visibility *v, const struct visibility_sources *sources,
    enum finding_change change, nstime now, nstime wall)
{
	struct evidence *e = &v->evidence;
	char key_store[KEY_OCTETS], subject_store[KEY_OCTETS];
	struct textbuf key, subject;

	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_add(&key, "clocks_differ ");
	textbuf_init(&subject, subject_store, sizeof(subject_store));
	textbuf_add(&subject, sources->a);
	textbuf_add(&subject, " ");
	textbuf_add(&subject, sources->b);
	textbuf_add_slice(&key, textbuf_slice(&subject));
	evidence_init(e);
	evidence_text(e, "class", "clocks_differ");
	evidence_text(e, "a", sources->a);
	evidence_text(e, "b", sources->b);
	evidence_seconds(e, "offset_s", sources->offset, 1);
	if (change == FINDING_TROUBLE)
		differing_add(&v->differing, sources->a, sources->b);
	else
		differing_remove(&v->differing, sources->a, sources->b);
	tell(v, change, key_store, subject_store, now, wall);
}

void
visibility_clocks_differ(struct visibility *v,
    const struct visibility_sources *sources, nstime now, nstime wall)
{
	tell_sources(v, sources, FINDING_TROUBLE, now, wall);
}

void
visibility_clocks_agree(struct visibility *v,
    const struct visibility_sources *sources, nstime now, nstime wall)
{
	tell_sources(v, sources, FINDING_HEALTHY, now, wall);
}

void
visibility_agent(struct visibility *v, const struct address *address,
    const struct visibility_agent *agent, nstime now, nstime wall)
{
	struct evidence *e = &v->evidence;
	char key_store[KEY_OCTETS], subject_store[KEY_OCTETS];
	struct textbuf key, subject;

	textbuf_init(&subject, subject_store, sizeof(subject_store));
	endpoint_address_write(&subject, address);
	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_add(&key, "agent_lost ");
	textbuf_add(&key, subject_store);
	textbuf_add(&key, " ");
	textbuf_uint(&key, agent->number);
	evidence_init(e);
	evidence_text(e, "class", "agent_lost");
	evidence_address(e, "a", address);
	if (agent->number != 0)
		evidence_integer(e, "agent", agent->number);
	tell(v, agent->lost ? FINDING_TROUBLE : FINDING_HEALTHY, key_store,
	    subject_store, now, wall);
}

void
visibility_sensor(
    struct visibility *v, const char *name, bool lost, nstime now, nstime wall)
{
	struct evidence *e = &v->evidence;
	char key_store[KEY_OCTETS];
	struct textbuf key;

	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_add(&key, "sensor_lost ");
	textbuf_add(&key, name);
	evidence_init(e);
	evidence_text(e, "class", "sensor_lost");
	evidence_text(e, "sensor", name);
	tell(v, lost ? FINDING_TROUBLE : FINDING_HEALTHY, key_store, name, now,
	    wall);
}

void
visibility_free(struct visibility *v)
{
	if (v == NULL)
		return;
	oneway_free(v->pairs);
	unread_free(v->unread);
	free(v);
}

static void
blind(struct visibility *v, struct blindness *b, nstime now, nstime wall)
{
	if (blindness_add(b, now))
		tell_blindness(v, b, FINDING_TROUBLE, now, wall);
}

void
visibility_transaction(struct visibility *v, const struct outcome *o,
    const struct delivery *delivery, enum timeout_verdict verdict, nstime wall)
{
	const struct address *from = &o->uac.address, *to = &o->uas.address;
	unsigned count;

	/* Where clocks differ nothing was lost. */
	if (verdict == TIMEOUT_UNKNOWN_LOSS && delivery->lost && o->watched &&
	    v->differing.count == 0)
		blind(v, &v->loss, o->now, wall);
	if (delivery->reverse_seen) {
		if (oneway_both(v->pairs, from, to, &count))
			tell_pair(v, o, count, FINDING_HEALTHY, wall);
	} else if (verdict == TIMEOUT_UNKNOWN_ASYMMETRIC) {
		if (oneway_unanswered(v->pairs, from, to, &count))
			tell_pair(v, o, count, FINDING_TROUBLE, wall);
	}
}

void
visibility_truncated(struct visibility *v, nstime now, nstime wall)
{
	blind(v, &v->truncated, now, wall);
}

/* A flood fills tables in no time: the alert's count says how often. */
void
visibility_limited(
    struct visibility *v, const char *limit, nstime now, nstime wall)
{
	struct textbuf name;

	textbuf_init(&name, v->limited.name, sizeof(v->limited.name));
	textbuf_add(&name, limit);
	blind(v, &v->limited.blindness, now, wall);
}

static void
tell_server(struct visibility *v, const struct endpoint *server,
    enum finding_change change, nstime now, nstime wall)
{
	static const char class[] = "undecrypted ";
	char store[KEY_OCTETS];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	textbuf_add(&key, class);
	endpoint_write(&key, server);
	tell(v, change, store, store + sizeof(class) - 1, now, wall);
}

void
visibility_opened(struct visibility *v, const struct endpoint *server,
    nstime now, nstime wall)
{
	/* A finding raised before a restart is over as well. */
	unread_opened(v->unread, server);
	tell_server(v, server, FINDING_HEALTHY, now, wall);
}

void
visibility_refused(struct visibility *v, const struct endpoint *server,
    enum decrypt_reason reason, nstime now, nstime wall)
{
	if (unread_refused(v->unread, server, reason, &v->evidence))
		tell_server(v, server, FINDING_TROUBLE, now, wall);
}

static struct lossy *
find_lossy(struct visibility *v, const char *name)
{
	for (size_t i = 0; i < INTERFACES; i++)
		if (strcmp(v->lossy[i].name, name) == 0)
			return &v->lossy[i];
	return NULL;
}

static void
tell_interface(struct visibility *v, const struct visibility_minute *m,
    enum finding_change change, nstime now, nstime wall)
{
	char store[KEY_OCTETS];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	textbuf_add(&key, "loss ");
	textbuf_add(&key, m->interface);
	evidence_init(&v->evidence);
	evidence_text(&v->evidence, "class", "loss");
	evidence_text(&v->evidence, "interface", m->interface);
	tell(v, change, store, m->interface, now, wall);
}

void
visibility_minute(struct visibility *v, const struct visibility_minute *m,
    nstime now, nstime wall)
{
	struct lossy *lossy = find_lossy(v, m->interface);
	const bool loses =
	    m->dropped > 0 && m->dropped > m->captured / LOSS_ONE_IN;
	struct textbuf name;

	if (loses) {
		if (lossy == NULL)
			lossy = find_lossy(v, "");
		if (lossy != NULL) {
			textbuf_init(&name, lossy->name, sizeof(lossy->name));
			textbuf_add(&name, m->interface);
		}
		tell_interface(v, m, FINDING_TROUBLE, now, wall);
	} else if (lossy != NULL && m->captured > 0) {
		lossy->name[0] = '\0';
		tell_interface(v, m, FINDING_HEALTHY, now, wall);
	}
}

static void
tell_no_sip(
    struct visibility *v, enum finding_change change, nstime now, nstime wall)
{
	evidence_init(&v->evidence);
	evidence_text(&v->evidence, "class", "no_sip");
	tell(v, change, "no_sip", "capture", now, wall);
}

void
visibility_arrived(struct visibility *v, uint64_t packets, uint64_t signalling,
    nstime now, nstime wall)
{
	const unsigned before = v->minutes_without_sip;

	if (signalling > 0) {
		v->minutes_without_sip = 0;
		if (v->limits.no_sip > 0 && before >= v->limits.no_sip)
			tell_no_sip(v, FINDING_HEALTHY, now, wall);
	} else if (packets > 0 && before < UINT32_MAX) {
		v->minutes_without_sip++;
		if (v->limits.no_sip > 0 && before + 1 >= v->limits.no_sip)
			tell_no_sip(v, FINDING_TROUBLE, now, wall);
	}
}

static void
see_again(struct visibility *v, struct blindness *b, nstime now, nstime wall)
{
	if (blindness_over(b, v->limits.quiet, now))
		tell_blindness(v, b, FINDING_HEALTHY, now, wall);
}

void
visibility_tick(struct visibility *v, nstime now, nstime wall)
{
	see_again(v, &v->loss, now, wall);
	see_again(v, &v->truncated, now, wall);
	see_again(v, &v->limited.blindness, now, wall);
}

nstime
visibility_next_deadline(const struct visibility *v)
{
	const nstime quiet = v->limits.quiet;
	const nstime ends[] = {
		blindness_ends(&v->loss, quiet),
		blindness_ends(&v->truncated, quiet),
		blindness_ends(&v->limited.blindness, quiet),
	};

	return nstime_earliest(ends, sizeof(ends) / sizeof(ends[0]));
}

void
visibility_stats(const struct visibility *v, counter_output *output, void *arg)
{
	oneway_stats(v->pairs, output, arg);
	unread_stats(v->unread, output, arg);
}

void
visibility_save(const struct visibility *v, struct record *r)
{
	blindness_save(r, &v->loss);
	blindness_save(r, &v->truncated);
	blindness_save(r, &v->limited.blindness);
	record_u32(r, v->minutes_without_sip);
	for (size_t i = 0; i < INTERFACES; i++)
		record_text(r, slice_text(v->lossy[i].name));
	oneway_save(v->pairs, r);
}

bool
visibility_load(
    struct visibility *v, struct cursor *c, const struct record_shift *shift)
{
	blindness_load(&v->loss, c, shift->watching);
	blindness_load(&v->truncated, c, shift->watching);
	blindness_load(&v->limited.blindness, c, shift->watching);
	v->minutes_without_sip = cursor_le32(c);
	for (size_t i = 0; i < INTERFACES; i++) {
		struct textbuf name;

		textbuf_init(&name, v->lossy[i].name, NAME_OCTETS);
		textbuf_add_slice(&name, record_read_line(c, NAME_OCTETS - 1));
	}
	return oneway_load(v->pairs, c);
}
