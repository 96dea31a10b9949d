/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_text.h"

#include <errno.h>
#include <stdlib.h>

enum { SUMMARY_OCTETS = 256 * 1024 }; /* some thousand clocks and methods */

static int
put(FILE *out, const char *text)
{
	return fputs(text, out) == EOF ? -errno : 0;
}

/* The parts of an incident are printed indented below it, without advice of
 * their own. */
static void
write_part(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "    ");
	textbuf_add(t, finding_kind_name(event->kind));
	textbuf_add(t, ": ");
	line_summary(t, event);
}

void
sink_text_write(struct textbuf *t, const struct alert_event *event)
{
	if (event->state == ALERT_JOINED) {
		write_part(t, event);
		return;
	}
	textbuf_time(t, event->wall);
	textbuf_add(t, " ");
	line_write(t, event);
}

int
sink_text_alert(FILE *out, const struct alert_event *event)
{
	char line[SINK_TEXT_OCTETS];
	struct textbuf t;

	textbuf_init(&t, line, sizeof(line));
	sink_text_write(&t, event);
	textbuf_add(&t, "\n");
	return put(out, line);
}

int
sink_text_summary(
    FILE *out, const struct diagnosis *diagnosis, const struct summary *summary)
{
	char *const store = malloc(SUMMARY_OCTETS);
	struct textbuf t;
	int error;

	if (store == NULL)
		return -ENOMEM;
	textbuf_init(&t, store, SUMMARY_OCTETS);
	textbuf_add(&t, "\n");
	diagnosis_write(&t, diagnosis);
	textbuf_add(&t, "\n");
	summary_write(&t, summary);
	summary_hint(&t, summary);
	error = put(out, store);
	free(store);
	return error;
}
