/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/answeragents.h"

#include "host/wallclock.h"
#include "report/jsonvalue.h"

static void
on_agent(void *arg, const struct hepagents_seen *a)
{
	char store[80];
	struct textbuf address;
	json_t *row;

	textbuf_init(&address, store, sizeof(store));
	endpoint_address_write(&address, &a->address);
	row = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "agent", store,
	    "number", jsonvalue_count(a->number), "messages",
	    jsonvalue_count(a->messages), "dropped",
	    jsonvalue_count(a->over_rate), "doubtful",
	    jsonvalue_count(a->doubtful), "last", jsonvalue_time(a->last),
	    "lost", a->lost);
	if (a->offset != NSTIME_NEVER)
		json_object_set_new(
		    row, "offset_s", jsonvalue_seconds(a->offset, 3));
	json_array_append_new(arg, row);
}

/* All that it sent was dropped. */
static void
on_stranger(void *arg, const struct strangers_one *one)
{
	const nstime silent = wallclock_monotonic() - one->last;
	char store[80];
	struct textbuf address;

	textbuf_init(&address, store, sizeof(store));
	endpoint_address_write(&address, &one->address);
	json_array_append_new(arg,
	    json_pack("{s:s, s:i, s:o, s:o, s:i, s:o, s:b, s:s}", "agent",
		store, "number", 0, "messages", jsonvalue_count(one->packets),
		"dropped", jsonvalue_count(one->packets), "doubtful", 0, "last",
		jsonvalue_time(wallclock_realtime() - silent), "lost", 0,
		"refused", strangers_key(one->reason)));
}

json_t *
answeragents_give(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	json_t *rows = json_array();

	(void)ask;
	(void)error;
	matcher_agents(r->matcher, on_agent, rows);
	if (r->hep != NULL)
		hep_strangers(r->hep, on_stranger, rows);
	return json_pack("{s:o}", "agents", rows);
}
