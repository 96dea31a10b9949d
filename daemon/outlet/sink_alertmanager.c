/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_alertmanager.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/textbuf.h"
#include "outlet/sink_json.h"

enum { ACTIVE_MOST = 2048, URL = 1024 };

#define AGAIN (60 * NSTIME_S)
#define PATH "/api/v2/alerts"

/* In the sink's thread alone, but for `doubted'. */
struct alertmanager {
	struct post *post;
	json_t *active; /* id -> the alert as it is sent, without an end */
};

static atomic_bool doubted;

void
sink_alertmanager_doubt(bool in_doubt)
{
	atomic_store(&doubted, in_doubt);
}

/* Notes are for people; there is nobody here to read them. */
static struct sink_record *
note(void *state, int priority, const char *text)
{
	(void)state;
	(void)text;
	return sink_record_new(priority, 0);
}

/* A number or a list as an annotation, which is text. */
static json_t *
as_text(const json_t *value)
{
	char *dumped;
	json_t *text;

	if (json_is_string(value))
		return json_string(json_string_value(value));
	dumped = json_dumps(
	    value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	text = json_string(dumped == NULL ? "" : dumped);
	free(dumped);
	return text;
}

static json_t *
annotations_of(const json_t *alert)
{
	json_t *annotations = json_pack("{s:O*, s:O*, s:o*}", "summary",
	    json_object_get(alert, "summary"), "description",
	    json_object_get(alert, "advice"), "count",
	    as_text(json_object_get(alert, "count")));
	json_t *evidence = json_object_get(alert, "evidence"), *value;
	const char *name;

	json_object_foreach(evidence, name, value)
	    json_object_set_new(annotations, name, as_text(value));
	return annotations;
}

/* The labels are the identity: nothing in them changes while it lasts. */
static json_t *
made_of(const json_t *alert, const json_t *before)
{
	const json_t *severity =
	    json_object_get(json_object_get(before, "labels"), "severity");

	if (severity == NULL)
		severity = json_object_get(alert, "severity");
	return json_pack("{s:{s:O*, s:O*, s:O*, s:O*, s:O*, s:s}, s:o, s:O*}",
	    "labels", "alertname", json_object_get(alert, "alert"), "severity",
	    severity, "instance", json_object_get(alert, "subject"),
	    "siptimed_id", json_object_get(alert, "id"), "observer",
	    json_object_get(alert, "observer"), "job", "siptimed",
	    "annotations", annotations_of(alert), "startsAt",
	    json_object_get(alert, "first_seen"));
}

/* 0 when it was taken, or refused for good. */
static int
post_list(struct alertmanager *a, json_t *list)
{
	char *text = json_dumps(list, JSON_COMPACT);
	int status = -ENOMEM;

	if (text != NULL)
		status = post_send(a->post, slice_text(text), NULL);
	free(text);
	if (status < 0)
		return status;
	return post_may_retry(status) ? -EBUSY : 0;
}

/* One alone, so that one which is refused holds back no other: of a list with
 * one bad alert the answer is 400 although the others were taken. */
static int
post_one(struct alertmanager *a, const json_t *made, const json_t *ends)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)made);
	json_t *list = json_pack("[O]", copy);
	int error;

	if (atomic_load(&doubted))
		json_object_del(copy, "startsAt");
	else if (ends != NULL)
		json_object_set(copy, "endsAt", (json_t *)(uintptr_t)ends);
	error = list == NULL ? -ENOMEM : post_list(a, list);
	json_decref(list);
	json_decref(copy);
	return error;
}

static int
tell(struct alertmanager *a, const json_t *alert)
{
	const char *id = json_string_value(json_object_get(alert, "id"));
	const char *state = json_string_value(json_object_get(alert, "state"));
	const bool joined = state != NULL && strcmp(state, "joined") == 0;
	const bool over =
	    joined || (state != NULL && strcmp(state, "resolved") == 0);
	json_t *made;
	int error;

	/* An alert that joined another before it was raised was never sent. */
	if (id == NULL || (joined && json_object_get(a->active, id) == NULL))
		return 0;
	made = made_of(alert, json_object_get(a->active, id));
	if (made == NULL)
		return -ENOMEM;
	/* While our clock is in doubt, an alert ends by not being sent
	 * again. */
	if (over && atomic_load(&doubted))
		error = 0;
	else
		error = post_one(
		    a, made, over ? json_object_get(alert, "time") : NULL);
	if (error == 0 && over)
		json_object_del(a->active, id);
	else if (error == 0 && json_object_size(a->active) < ACTIVE_MOST)
		json_object_set(a->active, id, made);
	json_decref(made);
	return error;
}

static int
deliver(void *state, const struct sink_record *record)
{
	struct alertmanager *a = state;
	json_t *alert;
	int error;

	if (record->len == 0)
		return 0;
	alert = json_loadb(
	    record->octets, record->len, JSON_DISABLE_EOF_CHECK, NULL);
	error = alert == NULL ? 0 : tell(a, alert);
	json_decref(alert);
	return error;
}

static int
repeat(void *state)
{
	struct alertmanager *a = state;
	const char *id;
	json_t *made;

	json_object_foreach(a->active, id, made)
	{
		const int error = post_one(a, made, NULL);

		if (error != 0)
			return error;
	}
	return 0;
}

static void
close_alertmanager(void *state)
{
	struct alertmanager *a = state;

	post_free(a->post);
	json_decref(a->active);
	free(a);
}

/* A URL may be that of the server alone. */
static void
write_url(char store[URL], const char *given)
{
	struct textbuf t;

	textbuf_init(&t, store, URL);
	textbuf_add(&t, given);
	while (t.len > 0 && store[t.len - 1] == '/')
		store[--t.len] = '\0';
	if (slice_find(textbuf_slice(&t), PATH) == t.len)
		textbuf_add(&t, PATH);
}

struct sink *
sink_alertmanager_new(const struct sink_setup *setup)
{
	static const struct sink_kind kind = {
		.format = sink_json_record,
		.tells_joined = sink_json_tells_joined,
		.note = note,
		.deliver = deliver,
		.repeat = repeat,
		.again = AGAIN,
		.close = close_alertmanager,
	};
	struct alertmanager *a = calloc(1, sizeof(*a));
	struct post_setup post = *setup->post;
	char url[URL];

	if (a == NULL)
		return NULL;
	write_url(url, setup->argument);
	post.url = url;
	a->active = json_object();
	a->post = a->active == NULL ? NULL : post_new(&post);
	if (a->post != NULL)
		return sink_new(
		    "alertmanager", &kind, a, setup->limit, setup->rate);
	close_alertmanager(a);
	return NULL;
}
