/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/connserver.h"

/* Added to a class behind which everything is saved: older versions wrote what
 * was reported alone, and less of it. */
enum { WHOLE = 0x80, CLASSES_SAVED = WHOLE + CONNECTION_CLASSES };

void
connserver_done(void *arg, void *server)
{
	const struct connserver *s = server;

	(void)arg;
	for (size_t i = 0; i < CONNECTION_CLASSES; i++)
		failures_free(s->failures[i]);
}

bool
connserver_is_failing(const struct connserver *s)
{
	for (size_t i = 0; i < CONNECTION_CLASSES; i++)
		if (s->failures[i] != NULL && s->failures[i]->raised)
			return true;
	return false;
}

static bool
is_suspect(const struct failures *f)
{
	return f != NULL && !f->raised && f->held > 0;
}

bool
connserver_is_suspect(const struct connserver *s)
{
	for (size_t i = 0; i < CONNECTION_CLASSES; i++)
		if (is_suspect(s->failures[i]))
			return true;
	return false;
}

/* No attempt adds to what was reported. */
static void
save_class(const struct failures *f, struct record *r)
{
	record_flag(r, f->raised);
	failures_save(r, f);
	record_flag(r, f->tcp);
	record_flag(r, f->udp);
	record_flag(r, f->established);
	record_flag(r, f->handshake);
	if (!f->raised)
		failures_save_attempts(r, f);
}

/* Of the time away nothing is known: attempts before it are as old as they are.
 * NULL: out of memory, or it is bad. */
static struct failures *
load_class(const struct connection_limits *limits, struct cursor *from,
    const struct record_shift *shift)
{
	const bool raised = record_read_flag(from);
	const nstime by = raised ? shift->watching : shift->real;
	struct failures *f =
	    failures_load(limits->count, from, by, limits->memory);

	if (f == NULL)
		return NULL;
	f->raised = raised;
	f->tcp = record_read_flag(from);
	f->udp = record_read_flag(from);
	f->established = record_read_flag(from);
	f->handshake = record_read_flag(from);
	if (!from->bad && (raised || failures_load_attempts(f, from, by)))
		return f;
	failures_free(f);
	return NULL;
}

void
connserver_save(const struct connserver *s, struct record *r)
{
	record_more(r, true);
	endpoint_save(r, &s->endpoint);
	record_u8(r, s->reached);
	for (size_t i = 0; i < CONNECTION_CLASSES; i++) {
		const struct failures *f = s->failures[i];

		if (f == NULL || !(f->raised || is_suspect(f)))
			continue;
		record_more(r, true);
		record_u8(r, (uint8_t)(WHOLE + i));
		save_class(f, r);
	}
	record_more(r, false);
}

/* All were reported.  Of the transports only ICMP is about both. */
static struct failures *
load_older_class(const struct connection_limits *limits, unsigned class,
    struct cursor *from, const struct record_shift *shift)
{
	struct failures *f =
	    failures_load(limits->count, from, shift->watching, limits->memory);

	if (f == NULL)
		return NULL;
	f->tcp = true;
	f->udp = class == CONNECTION_UNREACHABLE;
	return f;
}

bool
connserver_load(struct connserver *s, const struct connection_limits *limits,
    struct cursor *from, const struct record_shift *shift)
{
	s->endpoint = endpoint_load(from);
	s->reached =
	    (uint8_t)record_read_below(from, 1, CONNECTION_SECURED + 2);
	while (record_read_more(from)) {
		const unsigned number =
		    (unsigned)record_read_below(from, 1, CLASSES_SAVED);
		const unsigned class = number % WHOLE;

		if (class >= CONNECTION_CLASSES || s->failures[class] != NULL) {
			from->bad = true;
			break;
		}
		s->failures[class] =
		    number == class ? load_older_class(
					  limits, class, from, shift)
				    : load_class(limits, from, shift);
		from->bad = from->bad || s->failures[class] == NULL;
	}
	return !from->bad;
}
