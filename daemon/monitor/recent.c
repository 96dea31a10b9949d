/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/recent.h"

#include <stdlib.h>

#include "report/jsonline.h"

struct recent {
	char *lines[RECENT_MOST]; /* a ring */
	size_t next;
};

struct recent *
recent_new(void)
{
	return calloc(1, sizeof(struct recent));
}

void
recent_free(struct recent *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < RECENT_MOST; i++)
		free(r->lines[i]);
	free(r);
}

const char *
recent_add(struct recent *r, const struct alert_event *event)
{
	char *line = jsonline_alert(event);
	char **place = &r->lines[r->next];

	if (line == NULL)
		return NULL;
	free(*place);
	*place = line;
	r->next = (r->next + 1) % RECENT_MOST;
	return line;
}

json_t *
recent_list(const struct recent *r, size_t most)
{
	json_t *list = json_array();

	for (size_t i = 1; i <= RECENT_MOST && i <= most; i++) {
		const char *line =
		    r->lines[(r->next + RECENT_MOST - i) % RECENT_MOST];

		if (line == NULL)
			break;
		json_array_append_new(list, json_loads(line, 0, NULL));
	}
	return list;
}
