/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_json.h"

#include <errno.h>
#include <stdlib.h>

#include "host/wallclock.h"
#include "report/fields.h"
#include "report/jsonline.h"

/* `line' is freed. */
static int
put(FILE *out, char *line)
{
	int error = 0;

	if (line == NULL)
		return -ENOMEM;
	if (fputs(line, out) == EOF || putc('\n', out) == EOF)
		error = -errno;
	free(line);
	return error;
}

int
sink_json_alert(FILE *out, const struct alert_event *event)
{
	return put(out, jsonline_alert(event));
}

int
sink_json_summary(FILE *out, const struct summary *summary)
{
	return put(out, jsonline_summary(summary));
}

/* `line' is freed. */
static struct sink_record *
line_record(int priority, char *line)
{
	const size_t len = line == NULL ? 0 : strlen(line);
	struct sink_record *record =
	    line == NULL ? NULL : sink_record_new(priority, len + 1);

	if (record != NULL) {
		memcpy(record->octets, line, len);
		record->octets[len] = '\n';
	}
	free(line);
	return record;
}

struct sink_record *
sink_json_record(void *state, const struct alert_event *event)
{
	(void)state;
	return line_record(
	    (int)fields_priority(event->severity), jsonline_alert(event));
}

struct sink_record *
sink_json_note(void *state, int priority, const char *text)
{
	(void)state;
	return line_record(priority, jsonline_note(text, wallclock_realtime()));
}

bool
sink_json_tells_joined(const void *state)
{
	(void)state;
	return true;
}
