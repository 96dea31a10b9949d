/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/changes.h"

#include <stdlib.h>
#include <string.h>

#include "report/jsonvalue.h"

/* The longest silence: what is quiet for longer is for [alerts] ignore. */
#define LONGEST_S (30.0 * 86400)

static struct slice
of(const struct ask *ask)
{
	return slice_text(
	    json_string_value(json_object_get(ask->arguments, "of")));
}

struct wanted {
	struct slice id;
	struct handling *handling;
	bool found;
};

static void
on_active(void *arg, const struct alert_event *event)
{
	struct wanted *w = arg;
	char store[17];
	struct textbuf id;

	textbuf_init(&id, store, sizeof(store));
	textbuf_hex(&id, event->id, 16);
	if (!slice_equal(w->id, textbuf_slice(&id)))
		return;
	w->found = true;
	handling_ack(w->handling, event->id, event->episode);
}

json_t *
changes_ack(const struct answers_rooms *rooms, const struct ask *ask,
    struct textbuf *error)
{
	struct wanted w = { of(ask),
		ledger_handling(judge_ledger(rooms->judge)), false };

	judge_alerts(rooms->judge, on_active, &w, rooms->now, rooms->wall);
	if (w.found)
		return json_pack("{s:s}", "text",
		    "acknowledged, until this episode is over");
	textbuf_add(
	    error, "no active alert has this id; \"alerts\" lists them");
	return NULL;
}

json_t *
changes_silence(const struct answers_rooms *rooms, const struct ask *ask,
    struct textbuf *error)
{
	const json_t *length = json_object_get(ask->arguments, "for_s");
	const double seconds = json_number_value(length);

	if (!(seconds >= 1 && seconds <= LONGEST_S)) {
		textbuf_add(error, "\"for_s\" is 1 to 2592000 seconds");
		return NULL;
	}
	if (handling_silence(ledger_handling(judge_ledger(rooms->judge)),
		of(ask), rooms->now + (nstime)(seconds * (double)NSTIME_S)))
		return json_pack("{s:s}", "text",
		    "silenced; alerts that are active when it ends are told "
		    "then");
	textbuf_add(error,
	    "\"of\" is a kind, a subject, both, or an id, of at most 207 "
	    "octets, and there are at most 64 silences");
	return NULL;
}

json_t *
changes_unsilence(const struct answers_rooms *rooms, const struct ask *ask,
    struct textbuf *error)
{
	if (handling_unsilence(ledger_handling(judge_ledger(rooms->judge)),
		of(ask), rooms->now))
		return json_pack("{s:s}", "text", "the silence is over");
	textbuf_add(error, "there is no such silence; \"status\" lists them");
	return NULL;
}
