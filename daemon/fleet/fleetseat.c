/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetseat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fleet/fleetstatus.h"
#include "host/wallclock.h"

enum {
	VALUE = 160,
	STATE_MOST = 16 * 1024 * 1024,
	CHUNK = 512 * 1024, /* a message of NATS holds 1 MiB */
	CHUNKS = 40,
	MARKS = 256,
	TURN = 500 /* batches */
};

#define LEASE_EACH NSTIME_S
#define LEASE_LOST (5 * NSTIME_S)
#define SAVE_EACH (10 * NSTIME_S)
#define STATUS_EACH (2 * NSTIME_S)

/* An ordered consumer that died with its server is made anew: sensors send
 * several times a second. */
#define SILENCE (3 * NSTIME_S)

/* How far everything was judged after which message of the stream. */
struct fleetseat_mark {
	nstime reached;
	uint64_t sequence;
};

struct fleetseat {
	struct fleetseat_setup setup;
	void *door;
	struct joiner *joiner; /* NULL: another one judges */

	uint64_t lease;    /* its revision, as seen last */
	nstime lease_seen; /* when it had changed, CLOCK_MONOTONIC */
	nstime lease_due;
	uint64_t beats;

	uint64_t sequence; /* of the latest batch */
	nstime stored;     /* .. and when that was stored */
	nstime came;       /* .. and came, CLOCK_MONOTONIC */
	nstime saved, status;
	unsigned slot;
	struct fleetseat_mark marks[MARKS];
	size_t mark_count;
	bool failed; /* the cluster refused: another may go on */
};

struct fleetseat *
fleetseat_new(const struct fleetseat_setup *setup, void *door)
{
	struct fleetseat *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->setup = *setup;
	s->door = door;
	s->lease_seen = wallclock_monotonic();
	return s;
}

void
fleetseat_free(struct fleetseat *s)
{
	if (s == NULL)
		return;
	joiner_free(s->joiner);
	free(s);
}

void
fleetseat_key(const struct alert_event *e, char *key, size_t size)
{
	const unsigned long long again =
	    e->state == ALERT_REFRESHED ? (unsigned long long)e->count : 0;

	snprintf(key, size, "alert.%016" PRIx64 ".%u.%s.%llu", e->id,
	    e->episode, alert_state_name(e->state), again);
}

static int
put(struct fleetseat *s, const char *key, const char *value, uint64_t *revision)
{
	return s->setup.door->put(
	    s->door, key, (const uint8_t *)value, strlen(value), revision);
}

/* ---- alerts ---- */

/* False: it was told.  *again: somebody began to. */
static bool
claim(struct fleetseat *s, const char *key, bool *again)
{
	char value[VALUE];
	uint64_t revision = 0;
	int len, error = put(s, key, "pending", &revision);

	*again = false;
	if (error == 0)
		return true;
	len = s->setup.door->get(
	    s->door, key, (uint8_t *)value, sizeof(value) - 1, &revision);
	if (len < 0) {
		s->failed = true;
		return false;
	}
	value[len] = '\0';
	*again = true;
	return strcmp(value, "told") != 0;
}

static void
add_name(void *arg, const char *name)
{
	struct textbuf *names = arg;

	textbuf_add(names, names->len > 0 ? "," : "");
	textbuf_add(names, name);
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	struct fleetseat *s = arg;
	struct alert_event e = *event;
	struct endpoint subject;
	char key[VALUE], store[512];
	struct textbuf names;
	uint64_t any = FLEETDOOR_ANY;

	if (s->failed)
		return;
	fleetseat_key(event, key, sizeof(key));
	if (!claim(s, key, &e.repeated))
		return;
	textbuf_init(&names, store, sizeof(store));
	if (endpoint_parse(event->subject, &subject))
		joiner_seen_by(s->joiner, &subject.address, add_name, &names);
	if (names.len > 0)
		e.observer = textbuf_slice(&names);
	if (s->setup.tell(s->setup.arg, &e))
		s->failed = put(s, key, "told", &any) != 0;
	else
		s->failed = true;
}

static void
on_want(void *arg, struct slice batch)
{
	struct fleetseat *s = arg;

	s->setup.door->want(s->door, batch.p, batch.len);
}

static void
on_sign(void *arg, enum joiner_sign sign, const struct joiner_sensor *sensor)
{
	static const char *const texts[] = {
		[JOINER_LOST] = "is silent; it is not waited for",
		[JOINER_BACK] = "is back",
		[JOINER_ODD] = "has an odd clock; its times are corrected",
		[JOINER_RIGHT] = "has the right time again",
	};
	const struct fleetseat *s = arg;

	log_info(s->setup.log, "fleet: sensor %s %s (%+.3f s)", sensor->name,
	    texts[sign], (double)sensor->offset / (double)NSTIME_S);
}

/* ---- the state ---- */

static uint64_t
sequence_to_replay(const struct fleetseat *s)
{
	const nstime from = joiner_reached(s->joiner) - JOINER_REPLAY;
	uint64_t sequence = s->mark_count > 0 ? s->marks[0].sequence : 1;

	for (size_t i = 0; i < s->mark_count; i++)
		if (s->marks[i].reached <= from)
			sequence = s->marks[i].sequence;
	return sequence;
}

static void
mark(struct fleetseat *s)
{
	const nstime reached = joiner_reached(s->joiner);

	if (s->mark_count > 0 &&
	    reached - s->marks[s->mark_count - 1].reached < NSTIME_S)
		return;
	if (s->mark_count == MARKS)
		memmove(s->marks, s->marks + 1,
		    --s->mark_count * sizeof(s->marks[0]));
	s->marks[s->mark_count++] =
	    (struct fleetseat_mark){ reached, s->sequence };
}

static int
put_chunks(struct fleetseat *s, const uint8_t *octets, size_t len)
{
	char key[VALUE];
	int error = 0;

	for (unsigned i = 0; len > 0 && error == 0; i++) {
		const size_t part = len < CHUNK ? len : CHUNK;
		uint64_t any = FLEETDOOR_ANY;

		snprintf(key, sizeof(key), "state.%u.%u", s->slot, i);
		error = s->setup.door->put(s->door, key, octets, part, &any);
		octets += part;
		len -= part;
	}
	return error;
}

/* The head is written last, so that it never points to half a state. */
static void
save(struct fleetseat *s)
{
	struct record r;
	uLongf len;
	uint8_t *packed;
	char head[VALUE];
	uint64_t any = FLEETDOOR_ANY;

	record_init(&r, STATE_MOST);
	joiner_save(s->joiner, &r);
	len = compressBound(r.len);
	packed = malloc(len);
	s->slot ^= 1;
	if (packed != NULL && !r.failed &&
	    compress2(packed, &len, r.octets, r.len, 1) == Z_OK &&
	    len <= (uLongf)CHUNK * CHUNKS && put_chunks(s, packed, len) == 0) {
		snprintf(head, sizeof(head), "%u %lu %zu %" PRIu64, s->slot,
		    (unsigned long)len, r.len, sequence_to_replay(s));
		s->failed = s->failed || put(s, "state", head, &any) != 0;
	} else {
		s->failed = true;
	}
	s->saved = wallclock_monotonic();
	free(packed);
	record_done(&r);
}

static bool
get_chunks(struct fleetseat *s, unsigned slot, uint8_t *octets, size_t len)
{
	char key[VALUE];

	for (unsigned i = 0; len > 0; i++) {
		uint64_t revision;
		int part;

		snprintf(key, sizeof(key), "state.%u.%u", slot, i);
		part = s->setup.door->get(s->door, key, octets, len, &revision);
		if (part <= 0)
			return false;
		octets += part;
		len -= (size_t)part;
	}
	return true;
}

static bool
unpack(struct fleetseat *s, unsigned slot, size_t packed_len, size_t len)
{
	uint8_t *packed = malloc(packed_len + 1), *octets = malloc(len + 1);
	uLongf unpacked = len;
	bool loaded = false;
	struct cursor c;

	if (packed != NULL && octets != NULL &&
	    get_chunks(s, slot, packed, packed_len) &&
	    uncompress(octets, &unpacked, packed, packed_len) == Z_OK) {
		c = cursor_over(slice_of(octets, unpacked));
		loaded = joiner_load(s->joiner, &c);
	}
	free(packed);
	free(octets);
	return loaded;
}

static bool
make_joiner(struct fleetseat *s)
{
	joiner_free(s->joiner);
	s->joiner = joiner_new(&s->setup.joiner,
	    &(struct joiner_output){ on_alert, on_want, on_sign, s });
	return s->joiner != NULL;
}

/* From where to read; 0: there is no state. */
static uint64_t
load(struct fleetseat *s)
{
	char head[VALUE];
	uint64_t revision, sequence;
	unsigned long packed, len;
	unsigned slot;
	int got = s->setup.door->get(
	    s->door, "state", (uint8_t *)head, sizeof(head) - 1, &revision);

	if (got < 0)
		return 0;
	head[got] = '\0';
	if (sscanf(head, "%u %lu %lu %" SCNu64, &slot, &packed, &len,
		&sequence) != 4 ||
	    slot > 1 || packed > (unsigned long)CHUNK * CHUNKS ||
	    len > STATE_MOST)
		return 0;
	s->slot = slot;
	if (unpack(s, slot, packed, len))
		return sequence;
	log_warning(s->setup.log,
	    "fleet: the judge's state cannot be read; judging anew");
	return make_joiner(s) ? sequence : 0;
}

/* ---- the lease ---- */

static void
step_down(struct fleetseat *s)
{
	log_info(s->setup.log, "fleet: another one judges");
	joiner_free(s->joiner);
	s->joiner = NULL;
	s->lease = 0;
	s->lease_seen = wallclock_monotonic();
}

static void
take_seat(struct fleetseat *s)
{
	uint64_t sequence;

	if (!make_joiner(s))
		return;
	s->failed = false;
	s->mark_count = 0;
	s->stored = 0;
	sequence = load(s);
	s->came = s->saved = wallclock_monotonic();
	s->sequence = sequence > 0 ? sequence - 1 : 0;
	if (s->joiner == NULL ||
	    s->setup.door->follow(s->door, sequence) != 0) {
		step_down(s);
		return;
	}
	log_info(
	    s->setup.log, "fleet: judging, from message %" PRIu64, sequence);
}

static bool
write_lease(struct fleetseat *s)
{
	char value[VALUE];

	snprintf(value, sizeof(value), "%s %" PRIu64 " %" PRIu64, s->setup.name,
	    s->setup.run, ++s->beats);
	return put(s, "lease", value, &s->lease) == 0;
}

/* Free, or its holder has written nothing for long. */
static void
look_at_lease(struct fleetseat *s, nstime now)
{
	char value[VALUE];
	uint64_t revision = 0;
	const int len = s->setup.door->get(
	    s->door, "lease", (uint8_t *)value, sizeof(value), &revision);

	if (len < 0 && len != -ENOENT)
		return;
	if (revision != s->lease) {
		s->lease = revision;
		s->lease_seen = now;
	}
	if (len > 0 && now - s->lease_seen < LEASE_LOST)
		return;
	s->lease = len == -ENOENT ? 0 : revision;
	if (write_lease(s))
		take_seat(s);
}

static void
keep_lease(struct fleetseat *s)
{
	const nstime now = wallclock_monotonic();

	if (now < s->lease_due)
		return;
	s->lease_due = now + LEASE_EACH;
	if (s->joiner == NULL) {
		look_at_lease(s, now);
	} else if (write_lease(s)) {
		s->lease_seen = now;
	} else if (now - s->lease_seen > LEASE_LOST - LEASE_EACH) {
		step_down(s);
	}
}

/* ---- batches ---- */

static void
take_batch(struct fleetseat *s, const struct fleetdoor_message *m)
{
	const nstime behind = m->sent == 0 ? 0 : m->stored - m->sent;

	s->sequence = m->sequence;
	s->stored = m->stored;
	s->came = wallclock_monotonic();
	joiner_input(s->joiner, slice_of(m->octets, m->len), m->stored,
	    behind > 30 * 86400 * NSTIME_S || behind < -30 * 86400 * NSTIME_S
		? 0
		: behind);
	mark(s);
}

/* All that waits was read: silence is silence now. */
static void
pass_time(struct fleetseat *s)
{
	const nstime since = wallclock_monotonic() - s->came;

	if (s->stored != 0)
		joiner_tick(s->joiner, s->stored + since);
	if (since < SILENCE)
		return;
	s->came += SILENCE;
	s->stored += s->stored != 0 ? SILENCE : 0;
	s->failed = s->setup.door->follow(
			s->door, s->sequence == 0 ? 0 : s->sequence + 1) != 0;
}

static bool
read_batches(struct fleetseat *s)
{
	struct fleetdoor_message m;
	int got = 1;
	int count = 0;

	while (count < TURN && !s->failed &&
	    (got = s->setup.door->next(s->door, &m, 5)) > 0) {
		take_batch(s, &m);
		count++;
	}
	if (got <= 0)
		pass_time(s);
	return count > 0;
}

/* ---- what all may know ---- */

static void
write_status(struct fleetseat *s)
{
	const nstime now = wallclock_monotonic();
	uint64_t any = FLEETDOOR_ANY;
	char *text;

	if (now - s->status < STATUS_EACH)
		return;
	s->status = now;
	text = fleetstatus_write(s->joiner, s->setup.name);
	if (text != NULL)
		put(s, "status", text, &any);
	free(text);
}

bool
fleetseat_run(struct fleetseat *s)
{
	bool busy;

	keep_lease(s);
	if (s->joiner == NULL)
		return false;
	busy = read_batches(s);
	if (wallclock_monotonic() - s->saved > SAVE_EACH)
		save(s);
	write_status(s);
	if (s->failed)
		step_down(s);
	return busy;
}

void
fleetseat_leave(struct fleetseat *s)
{
	if (s->joiner == NULL)
		return;
	save(s);
	put(s, "lease", "", &s->lease);
}
