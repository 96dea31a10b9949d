/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/event.h"

#include <stdlib.h>

#include "base/siphash.h"

/* The slices of a message: most point into its octets, and what was unfolded
 * into the store of the parser. */
static const size_t message_slices[] = {
	offsetof(struct sip_message, start_line),
	offsetof(struct sip_message, method),
	offsetof(struct sip_message, request_uri),
	offsetof(struct sip_message, reason),
	offsetof(struct sip_message, call_id),
	offsetof(struct sip_message, from),
	offsetof(struct sip_message, to),
	offsetof(struct sip_message, from_tag),
	offsetof(struct sip_message, to_tag),
	offsetof(struct sip_message, via_transport),
	offsetof(struct sip_message, via_host),
	offsetof(struct sip_message, via_branch),
	offsetof(struct sip_message, via_bottom_host),
	offsetof(struct sip_message, date),
	offsetof(struct sip_message, content_type),
	offsetof(struct sip_message, user_agent),
	offsetof(struct sip_message, body),
};

enum { MESSAGE_SLICES = sizeof(message_slices) / sizeof(message_slices[0]) };

/* A copied event and everything that it points to share one block. */
struct message_copy {
	struct event event;
	struct sip_message message;
	struct event_agent agent;
	uint8_t octets[];
};

struct observation_copy {
	struct event event;
	struct observation observation;
	struct x509cert certificate;
	uint8_t octets[];
};

struct outcome_copy {
	struct event event;
	struct outcome outcome;
	uint8_t octets[];
};

/* Octets that an event points to, and nothing else. */
struct octets_copy {
	struct event event;
	uint8_t octets[];
};

static struct slice *
slice_at(struct sip_message *m, size_t i)
{
	return (struct slice *)((char *)m + message_slices[i]);
}

/* Put the octets of `s' at *to, which goes on behind them. */
static struct slice
put(uint8_t **to, struct slice s)
{
	const struct slice copied = slice_of(*to, s.len);

	if (s.len > 0)
		memcpy(*to, s.p, s.len);
	*to += s.len;
	return copied;
}

static size_t
octets_outside(const struct event_message *m)
{
	struct sip_message message;
	size_t sum = 0;

	/* The scanner's slices all point into the octets. */
	if (m->message->scanned)
		return 0;
	message = *m->message;
	for (size_t i = 0; i < MESSAGE_SLICES; i++)
		if (!slice_within(*slice_at(&message, i), m->octets))
			sum += slice_at(&message, i)->len;
	return sum;
}

/* Empty ones may point anywhere. */
static void
move_slices(struct sip_message *m, const uint8_t *from, const uint8_t *to)
{
	for (size_t i = 0; i < MESSAGE_SLICES; i++) {
		struct slice *const s = slice_at(m, i);

		s->p = s->len == 0 ? to : to + (s->p - from);
	}
}

uint16_t
event_agent_number(const struct event_agent *agent)
{
	static const struct siphash_key known = { .k0 = 0 };
	const uint64_t hash =
	    siphash(&known, slice_of(&agent->address, sizeof(agent->address))) +
	    agent->number;

	return (uint16_t)(hash % UINT16_MAX + 1);
}

size_t
event_octets_lent(void)
{
	return sizeof(struct message_copy);
}

struct event *
event_place_lent(const struct event *event, void *where)
{
	struct message_copy *copy = where;

	copy->event = *event;
	copy->message = *event->message.message;
	copy->event.message.message = &copy->message;
	if (event->message.agent != NULL) {
		copy->agent = *event->message.agent;
		copy->event.message.agent = &copy->agent;
	}
	return &copy->event;
}

static struct event *
place_message(const struct event *event, struct message_copy *copy)
{
	const struct slice octets = event->message.octets;
	uint8_t *to = copy->octets;

	event_place_lent(event, copy);
	copy->event.message.octets = put(&to, octets);
	if (copy->message.scanned) {
		move_slices(&copy->message, octets.p, copy->octets);
		return &copy->event;
	}
	for (size_t i = 0; i < MESSAGE_SLICES; i++) {
		struct slice *s = slice_at(&copy->message, i);

		if (!slice_within(*s, octets))
			*s = put(&to, *s);
		else
			s->p = copy->octets + (s->p - octets.p);
	}
	return &copy->event;
}

enum { TEXTS = 7 };

/* The texts that an observation points to. */
static size_t
find_texts(struct observation *o, struct slice *texts[TEXTS])
{
	struct slice *refused[] = { &o->refused.phrase, &o->refused.diagnostics,
		&o->refused.hresult, &o->refused.protocol, &o->refused.reason,
		&o->refused.source, &o->refused.call_id };
	struct slice *media[] = { &o->media.call_id, &o->media.from,
		&o->media.to };
	struct slice *media_refused[] = { &o->media_refused.phrase,
		&o->media_refused.head, &o->media_refused.reason,
		&o->media_refused.call_id, &o->media_refused.from,
		&o->media_refused.to };
	struct slice *mras[] = { &o->mras.phrase, &o->mras.call_id };
	const struct {
		struct slice **texts;
		size_t size;
	} by_kind[OBSERVATION_KINDS] = {
		[OBSERVATION_REFUSED] = { refused, sizeof(refused) },
		[OBSERVATION_MEDIA] = { media, sizeof(media) },
		[OBSERVATION_MEDIA_REFUSED] = { media_refused,
		    sizeof(media_refused) },
		[OBSERVATION_MRAS] = { mras, sizeof(mras) },
	};

	if (o->kind == OBSERVATION_KRB_REFUSED) {
		texts[0] = &o->krb_refused.realm;
		return 1;
	}
	if (by_kind[o->kind].size > 0)
		memcpy(texts, by_kind[o->kind].texts, by_kind[o->kind].size);
	return by_kind[o->kind].size / sizeof(texts[0]);
}

static size_t
octets_of_texts(const struct observation *observation)
{
	struct observation o = *observation;
	struct slice *texts[TEXTS];
	const size_t count = find_texts(&o, texts);
	size_t octets = 0;

	for (size_t i = 0; i < count; i++)
		octets += texts[i]->len;
	return octets;
}

/* An observation may point to a certificate or to texts. */
static struct event *
place_observation(const struct event *event, struct observation_copy *copy)
{
	const struct observation *o = event->observation;
	struct slice *texts[TEXTS];
	uint8_t *to = copy->octets;
	size_t count;

	copy->observation = *o;
	copy->event.observation = &copy->observation;
	count = find_texts(&copy->observation, texts);
	for (size_t i = 0; i < count; i++)
		*texts[i] = put(&to, *texts[i]);
	if (o->kind == OBSERVATION_CERTIFICATE) {
		copy->certificate = *o->certificate.certificate;
		copy->observation.certificate.certificate = &copy->certificate;
	}
	return &copy->event;
}

enum { OUTCOME_TEXTS = 7 };

static void
find_outcome_texts(struct outcome *o, struct slice *texts[OUTCOME_TEXTS])
{
	struct slice *const all[OUTCOME_TEXTS] = { &o->method,
		&o->text.start_line, &o->text.request_uri, &o->text.call_id,
		&o->text.from, &o->text.to, &o->text.branch };

	memcpy(texts, all, sizeof(all));
}

static size_t
octets_of_outcome(const struct outcome *outcome)
{
	const struct outcome_text *t = &outcome->text;

	return outcome->method.len + t->start_line.len + t->request_uri.len +
	    t->call_id.len + t->from.len + t->to.len + t->branch.len;
}

static struct event *
place_outcome(const struct event *event, struct outcome_copy *copy)
{
	struct slice *texts[OUTCOME_TEXTS];
	uint8_t *to = copy->octets;

	copy->outcome = *event->outcome;
	copy->event.outcome = &copy->outcome;
	find_outcome_texts(&copy->outcome, texts);
	for (size_t i = 0; i < OUTCOME_TEXTS; i++)
		*texts[i] = put(&to, *texts[i]);
	return &copy->event;
}

static struct event *
place_octets(struct octets_copy *copy, struct slice *octets)
{
	uint8_t *to = copy->octets;

	*octets = put(&to, *octets);
	return &copy->event;
}

size_t
event_octets(const struct event *event)
{
	switch (event->kind) {
	case EVENT_MESSAGE:
		return sizeof(struct message_copy) + event->message.octets.len +
		    octets_outside(&event->message);
	case EVENT_OBSERVED:
		return sizeof(struct observation_copy) +
		    octets_of_texts(event->observation);
	case EVENT_OUTCOME:
		return sizeof(struct outcome_copy) +
		    octets_of_outcome(event->outcome);
	case EVENT_LOGGED:
		return sizeof(struct octets_copy) + event->logged.record.len;
	case EVENT_SEGMENT:
		return sizeof(struct octets_copy) + event->segment.content.len;
	default:
		return sizeof(struct event);
	}
}

struct event *
event_place(const struct event *event, void *where)
{
	struct event *copy = where;

	if (event->kind == EVENT_MESSAGE)
		return place_message(event, where);
	*copy = *event;
	if (event->kind == EVENT_OBSERVED)
		return place_observation(event, where);
	if (event->kind == EVENT_OUTCOME)
		return place_outcome(event, where);
	if (event->kind == EVENT_LOGGED)
		return place_octets(where, &copy->logged.record);
	if (event->kind == EVENT_SEGMENT)
		return place_octets(where, &copy->segment.content);
	return copy;
}

struct event *
event_copy(const struct event *event)
{
	void *where = malloc(event_octets(event));

	return where == NULL ? NULL : event_place(event, where);
}

void
event_discard(struct event *event)
{
	free(event);
}

bool
event_reported(const struct event *report, struct event *stamp)
{
	if (!report->report.tells)
		return false;
	*stamp = *report;
	stamp->kind = EVENT_STAMP;
	stamp->stamp = report->report.stamp;
	return true;
}

bool
event_before(const struct event *a, const struct event *b)
{
	if (a->now != b->now)
		return a->now < b->now;
	if (a->packet != b->packet)
		return a->packet < b->packet;
	if (a->task != b->task)
		return a->task < b->task;
	if (a->task != EVENT_BY_PACKET && a->flow != b->flow)
		return a->flow < b->flow;
	return a->sequence < b->sequence;
}
