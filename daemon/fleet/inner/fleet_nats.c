/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * siptimed-nats.so: all that knows NATS.  The calls of libnats used here wait
 * for their answer: an asynchronous publish whose acknowledgement is lost stays
 * pending for ever, and nothing reports it.
 */

#include "fleet/inner/natsoptions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME = 128,
	SUBJECT = 2 * NAME + 32,
	ERROR = 256,
	PENDING = 4096, /* of what is said to all */
	STREAM_SUBJECTS = 16,
	PARTS = FLEETDOOR_PARTITION + FLEETDOOR_PARTITIONS
};

#define SENT "Siptimed-Sent"
#define SECOND INT64_C(1000000000)

static const char *const topic_names[FLEETDOOR_TOPICS] = {
	[FLEETDOOR_WANTED] = "wanted",
	[FLEETDOOR_JUDGES] = "judges",
};

struct nats_door {
	natsConnection *connection;
	natsOptions *options;
	jsCtx *js;
	kvStore *kv;
	natsSubscription *parts[PARTS], *topics[FLEETDOOR_TOPICS];
	natsMsg *batch, *said;
	char stream[NAME], bucket[NAME], prefix[NAME], name[NAME];
	unsigned servers;
	char error[ERROR];
};

/* The client's texts begin with where they were written: (FILE:LINE): */
static const char *
without_place(const char *text)
{
	const char *end = text[0] == '(' ? strstr(text, "): ") : NULL;

	return end == NULL ? text : end + 3;
}

/* Which certificate, say.  A server tells of what is not permitted apart from
 * what was asked, which comes to nothing. */
static void
note_error(struct nats_door *d, natsStatus s)
{
	const char *refused = NULL;
	natsStatus last = NATS_OK;
	const char *detail = nats_GetLastError(&last);

	if (s == NATS_TIMEOUT && d->connection != NULL &&
	    natsConnection_GetLastError(d->connection, &refused) ==
		NATS_NOT_PERMITTED)
		detail = refused;
	else if (last != s)
		detail = NULL;
	snprintf(d->error, sizeof(d->error), "%s%s%s", natsStatus_GetText(s),
	    detail == NULL ? "" : ": ",
	    detail == NULL ? "" : without_place(detail));
}

static int
failed(struct nats_door *d, natsStatus s, jsErrCode code)
{
	if (s == NATS_OK)
		return 0;
	note_error(d, s);
	if (code == JSStreamWrongLastSequenceErr)
		return -EEXIST;
	if (s == NATS_MAX_PAYLOAD || code == JSStreamMessageExceedsMaximumErr)
		return -EMSGSIZE;
	if (s == NATS_NOT_FOUND)
		return -ENOENT;
	return s == NATS_TIMEOUT ? -ETIMEDOUT : -EIO;
}

static void
door_close(void *arg)
{
	struct nats_door *d = arg;

	if (d == NULL)
		return;
	natsMsg_Destroy(d->batch);
	natsMsg_Destroy(d->said);
	for (unsigned i = 0; i < PARTS; i++)
		natsSubscription_Destroy(d->parts[i]);
	for (unsigned i = 0; i < FLEETDOOR_TOPICS; i++)
		natsSubscription_Destroy(d->topics[i]);
	kvStore_Destroy(d->kv);
	jsCtx_Destroy(d->js);
	natsConnection_Destroy(d->connection);
	natsOptions_Destroy(d->options);
	free(d);
}

static void *
door_open(const struct fleetdoor_setup *s, const char **why)
{
	struct nats_door *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		*why = "out of memory";
		return NULL;
	}
	d->options = natsoptions_new(s, &d->servers, why);
	if (d->options == NULL) {
		door_close(d);
		return NULL;
	}
	snprintf(d->stream, sizeof(d->stream), "%s-observed", s->prefix);
	snprintf(d->bucket, sizeof(d->bucket), "%s-fleet", s->prefix);
	snprintf(d->prefix, sizeof(d->prefix), "%s", s->prefix);
	snprintf(d->name, sizeof(d->name), "%s", s->name);
	return d;
}

/* Of one sensor, or of all: "*". */
static void
write_subject(const struct nats_door *d, unsigned part, const char *sensor,
    char *subject, size_t size)
{
	if (part == FLEETDOOR_LEADER)
		snprintf(subject, size, "%s.observed.%s", d->prefix, sensor);
	else
		snprintf(subject, size, "%s.halves.%u.%s", d->prefix,
		    part - FLEETDOOR_PARTITION, sensor);
}

static void
write_topic(const struct nats_door *d, enum fleetdoor_topic topic,
    char *subject, size_t size)
{
	snprintf(subject, size, "%s.%s", d->prefix, topic_names[topic]);
}

/* Only who asks for it: not all may hear all. */
static natsStatus
listen_to(struct nats_door *d, enum fleetdoor_topic topic)
{
	char subject[SUBJECT];
	natsStatus s;

	write_topic(d, topic, subject, sizeof(subject));
	s = natsConnection_SubscribeSync(
	    &d->topics[topic], d->connection, subject);
	if (s == NATS_OK)
		s = natsSubscription_SetPendingLimits(
		    d->topics[topic], PENDING, -1);
	return s;
}

static natsStatus
connect_now(struct nats_door *d)
{
	jsOptions js;
	natsStatus s = natsConnection_Connect(&d->connection, d->options);

	if (s != NATS_OK)
		return s;
	jsOptions_Init(&js);
	js.Wait = NATSOPTIONS_WAIT_MS;
	s = natsConnection_JetStream(&d->js, d->connection, &js);
	return s;
}

static bool
door_connected(void *arg)
{
	struct nats_door *d = arg;

	if (d->connection != NULL)
		return natsConnection_Status(d->connection) ==
		    NATS_CONN_STATUS_CONNECTED;
	if (failed(d, connect_now(d), 0) == 0)
		return true;
	jsCtx_Destroy(d->js);
	natsConnection_Destroy(d->connection);
	d->js = NULL;
	d->connection = NULL;
	return false;
}

static const char *
door_error(void *arg)
{
	const struct nats_door *d = arg;

	return d->error[0] == '\0' ? "no error" : d->error;
}

/* Does what it takes hold all that is one of ours?  Wildcards are `*' and, at
 * the end, `>'. */
static bool
takes(const char *its, const char *ours)
{
	while (*its != '\0' && *ours != '\0') {
		const size_t a = strcspn(its, "."), b = strcspn(ours, ".");

		if (a == 1 && *its == '>')
			return true;
		if (!(a == 1 && *its == '*') &&
		    (a != b || memcmp(its, ours, a) != 0))
			return false;
		its += a + (its[a] == '.');
		ours += b + (ours[b] == '.');
	}
	return *its == *ours;
}

/* An older stream may not take halves.  Only what it lacks is changed: the rest
 * is as its operator wants it. */
static int
add_subjects(
    struct nats_door *d, const jsStreamConfig *its, const char *subjects[2])
{
	const char *all[STREAM_SUBJECTS];
	jsStreamConfig config = *its;
	jsErrCode code = 0;
	natsStatus s;

	if (its->SubjectsLen > STREAM_SUBJECTS - 2)
		return 0;
	for (int i = 0; i < its->SubjectsLen; i++)
		all[i] = its->Subjects[i];
	config.Subjects = all;
	for (int i = 0; i < 2; i++) {
		int at = 0;

		while (at < config.SubjectsLen && !takes(all[at], subjects[i]))
			at++;
		if (at == config.SubjectsLen)
			all[config.SubjectsLen++] = subjects[i];
	}
	if (config.SubjectsLen == its->SubjectsLen)
		return 0;
	s = js_UpdateStream(NULL, d->js, &config, NULL, &code);
	if (s != NATS_OK)
		snprintf(d->error, sizeof(d->error),
		    "it does not take PREFIX.observed.* and "
		    "PREFIX.halves.*.*, and may not be changed: see "
		    "packaging/monitoring/nats");
	return s == NATS_OK ? 0 : -EPERM;
}

static int
make_stream(struct nats_door *d, int replicas)
{
	char observed[SUBJECT], halves[SUBJECT];
	const char *subjects[] = { observed, halves };
	jsStreamConfig config;
	jsStreamInfo *info = NULL;
	jsErrCode code = 0;
	natsStatus s = js_GetStreamInfo(&info, d->js, d->stream, NULL, &code);
	int error;

	write_subject(d, FLEETDOOR_LEADER, "*", observed, sizeof(observed));
	snprintf(halves, sizeof(halves), "%s.halves.*.*", d->prefix);
	if (s != NATS_NOT_FOUND) {
		error = s != NATS_OK ? failed(d, s, code)
				     : add_subjects(d, info->Config, subjects);
		jsStreamInfo_Destroy(info);
		return error;
	}
	jsStreamConfig_Init(&config);
	config.Name = d->stream;
	config.Subjects = subjects;
	config.SubjectsLen = 2;
	config.MaxAge = 3600 * SECOND;
	config.Duplicates = 120 * SECOND;
	config.Replicas = replicas;
	s = js_AddStream(NULL, d->js, &config, NULL, &code);
	return s == NATS_OK ? 1 : failed(d, s, code);
}

static int
make_bucket(struct nats_door *d, int replicas)
{
	kvConfig config;
	kvStore *kv = NULL;
	natsStatus s = js_KeyValue(&kv, d->js, d->bucket);
	const bool made = s == NATS_NOT_FOUND;

	if (made) {
		kvConfig_Init(&config);
		config.Bucket = d->bucket;
		config.History = 1;
		config.TTL = 7 * 86400 * SECOND;
		config.Replicas = replicas;
		s = js_CreateKeyValue(&kv, d->js, &config);
	}
	if (s != NATS_OK)
		return failed(d, s, 0);
	kvStore_Destroy(d->kv);
	d->kv = kv;
	return made;
}

static int
door_prepare(void *arg)
{
	struct nats_door *d = arg;
	const int replicas = d->servers >= 3 ? 3 : 1;
	const int stream = make_stream(d, replicas);
	const int bucket = stream < 0 ? stream : make_bucket(d, replicas);

	return bucket < 0 ? bucket : stream | bucket;
}

static int
door_publish(void *arg, unsigned part, const uint8_t *octets, size_t len,
    const char *id, int64_t sent)
{
	struct nats_door *d = arg;
	jsPubOptions options;
	jsErrCode code = 0;
	char text[32], subject[SUBJECT];
	natsMsg *m = NULL;
	natsStatus s;

	write_subject(d, part, d->name, subject, sizeof(subject));
	s = natsMsg_Create(&m, subject, NULL, (const char *)octets, (int)len);
	snprintf(text, sizeof(text), "%" PRId64, sent);
	if (s == NATS_OK)
		s = natsMsgHeader_Set(m, SENT, text);
	jsPubOptions_Init(&options);
	options.MsgId = id;
	options.MaxWait = NATSOPTIONS_WAIT_MS;
	if (s == NATS_OK)
		s = js_PublishMsg(NULL, d->js, m, &options, &code);
	natsMsg_Destroy(m);
	return failed(d, s, code);
}

static int
door_say(
    void *arg, enum fleetdoor_topic topic, const uint8_t *octets, size_t len)
{
	struct nats_door *d = arg;
	char subject[SUBJECT];

	write_topic(d, topic, subject, sizeof(subject));
	return failed(d,
	    natsConnection_Publish(d->connection, subject, octets, (int)len),
	    0);
}

static int
door_heard(void *arg, enum fleetdoor_topic topic, struct fleetdoor_message *m)
{
	struct nats_door *d = arg;
	natsStatus s;

	natsMsg_Destroy(d->said);
	d->said = NULL;
	if (d->topics[topic] == NULL && listen_to(d, topic) != NATS_OK)
		return -EIO;
	s = natsSubscription_NextMsg(&d->said, d->topics[topic], 1);
	if (s == NATS_TIMEOUT)
		return 0;
	if (s != NATS_OK && s != NATS_SLOW_CONSUMER)
		return failed(d, s, 0);
	if (d->said == NULL)
		return 0;
	*m = (struct fleetdoor_message){
		.octets = (const uint8_t *)natsMsg_GetData(d->said),
		.len = (size_t)natsMsg_GetDataLength(d->said),
	};
	return 1;
}

static int
door_latest(void *arg, uint64_t *sequence)
{
	struct nats_door *d = arg;
	jsStreamInfo *info = NULL;
	jsErrCode code = 0;
	const natsStatus s =
	    js_GetStreamInfo(&info, d->js, d->stream, NULL, &code);

	if (s == NATS_OK)
		*sequence = info->State.LastSeq;
	jsStreamInfo_Destroy(info);
	return failed(d, s, code);
}

static void
door_leave(void *arg, unsigned part)
{
	struct nats_door *d = arg;

	natsMsg_Destroy(d->batch);
	d->batch = NULL;
	natsSubscription_Destroy(d->parts[part]);
	d->parts[part] = NULL;
}

/*
 * An ordered consumer is one of the client's: nothing of it is left behind, and
 * the server gives each message once, in order, and again from a sequence that
 * we name.  A durable one would keep a second position, that of what was
 * acknowledged, apart from the snapshot: one of the two is always the older,
 * and what is between them would be lost, or judged twice.
 */
static int
door_follow(void *arg, unsigned part, uint64_t sequence)
{
	struct nats_door *d = arg;
	char subject[SUBJECT];
	jsSubOptions options;
	jsErrCode code = 0;
	natsStatus s;

	door_leave(d, part);
	write_subject(d, part, "*", subject, sizeof(subject));
	jsSubOptions_Init(&options);
	options.Stream = d->stream;
	options.Ordered = true;
	options.Config.DeliverPolicy = js_DeliverByStartSequence;
	options.Config.OptStartSeq = sequence;
	s = js_SubscribeSync(
	    &d->parts[part], d->js, subject, NULL, &options, &code);
	if (s == NATS_OK)
		s = natsSubscription_SetPendingLimits(d->parts[part], -1, -1);
	return failed(d, s, code);
}

/* The last part of its subject. */
static const char *
sensor_of(const natsMsg *m)
{
	const char *dot = strrchr(natsMsg_GetSubject(m), '.');

	return dot == NULL ? NULL : dot + 1;
}

static int
door_next(void *arg, unsigned part, struct fleetdoor_message *m, int wait_ms)
{
	struct nats_door *d = arg;
	jsMsgMetaData *meta = NULL;
	const char *sent = NULL;
	natsStatus s;

	natsMsg_Destroy(d->batch);
	d->batch = NULL;
	if (d->parts[part] == NULL)
		return -EIO;
	s = natsSubscription_NextMsg(&d->batch, d->parts[part], wait_ms);
	if (s == NATS_TIMEOUT)
		return 0;
	if (s == NATS_OK)
		s = natsMsg_GetMetaData(&meta, d->batch);
	if (s != NATS_OK)
		return failed(d, s, 0);
	*m = (struct fleetdoor_message){
		.octets = (const uint8_t *)natsMsg_GetData(d->batch),
		.len = (size_t)natsMsg_GetDataLength(d->batch),
		.sequence = meta->Sequence.Stream,
		.stored = meta->Timestamp,
		.sensor = sensor_of(d->batch),
	};
	if (natsMsgHeader_Get(d->batch, SENT, &sent) == NATS_OK)
		m->sent = strtoll(sent, NULL, 10);
	jsMsgMetaData_Destroy(meta);
	return 1;
}

static int
door_get(
    void *arg, const char *key, uint8_t *room, size_t size, uint64_t *revision)
{
	struct nats_door *d = arg;
	kvEntry *entry = NULL;
	natsStatus s = kvStore_Get(&entry, d->kv, key);
	int len;

	if (s != NATS_OK)
		return failed(d, s, 0);
	len = kvEntry_ValueLen(entry);
	*revision = kvEntry_Revision(entry);
	if (len < 0 || (size_t)len > size)
		len = -EMSGSIZE;
	else if (len > 0)
		memcpy(room, kvEntry_Value(entry), (size_t)len);
	kvEntry_Destroy(entry);
	return len;
}

static int
door_put(void *arg, const char *key, const uint8_t *octets, size_t len,
    uint64_t *revision)
{
	struct nats_door *d = arg;
	natsStatus s;
	uint64_t now = 0;

	if (*revision == FLEETDOOR_ANY)
		s = kvStore_Put(&now, d->kv, key, octets, (int)len);
	else if (*revision == 0)
		s = kvStore_Create(&now, d->kv, key, octets, (int)len);
	else
		s = kvStore_Update(
		    &now, d->kv, key, octets, (int)len, *revision);
	if (s == NATS_OK) {
		*revision = now;
		return 0;
	}
	note_error(d, s);
	/* A wrong revision is an error of the server like any other. */
	if (*revision != FLEETDOOR_ANY && s == NATS_ERR)
		return -EEXIST;
	return s == NATS_TIMEOUT ? -ETIMEDOUT : -EIO;
}

const struct fleetdoor siptimed_fleetdoor = {
	.version = FLEETDOOR_VERSION,
	.open = door_open,
	.close = door_close,
	.connected = door_connected,
	.error = door_error,
	.prepare = door_prepare,
	.publish = door_publish,
	.say = door_say,
	.heard = door_heard,
	.latest = door_latest,
	.follow = door_follow,
	.next = door_next,
	.leave = door_leave,
	.get = door_get,
	.put = door_put,
};
