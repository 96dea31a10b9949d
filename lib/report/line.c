/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/line.h"

#include "report/catalog.h"
#include "report/inner/sentence.h"

static const char ellipsis[] = "...";

/* Cut `t' at `most' octets, with dots to mark the cut. */
static void
shorten(struct textbuf *t, size_t most)
{
	char cut[LINE_OCTETS + 1];
	struct textbuf part;

	if (t->len <= most && !t->truncated)
		return;
	textbuf_init(&part, cut, most - (sizeof(ellipsis) - 1) + 1);
	textbuf_add_slice(&part, textbuf_slice(t));
	textbuf_init(t, t->text, t->size);
	textbuf_add_slice(t, textbuf_slice(&part));
	textbuf_add(t, ellipsis);
}

void
line_summary(struct textbuf *t, const struct alert_event *event)
{
	char text[LINE_OCTETS + 1];
	struct textbuf sentence;

	textbuf_init(&sentence, text, sizeof(text));
	if (event->state == ALERT_RESOLVED)
		sentence_over(&sentence, event);
	else
		sentence_trouble(&sentence, event);
	shorten(&sentence, LINE_OCTETS);
	textbuf_add_slice(t, textbuf_slice(&sentence));
}

/* Where it would be too long the advice goes first: it is the same for all
 * alerts of its kind and class, and --explain has it too. */
void
line_write(struct textbuf *t, const struct alert_event *event)
{
	char text[2 * LINE_OCTETS + 1];
	struct textbuf line;
	const char *advice = catalog_advice(event);

	textbuf_init(&line, text, sizeof(text));
	textbuf_add(&line, finding_kind_name(event->kind));
	textbuf_add(&line, " ");
	textbuf_add(&line, alert_state_name(event->state));
	textbuf_add(&line, ": ");
	if (event->repeated)
		textbuf_add(&line, "repeated after a restart: ");
	line_summary(&line, event);
	if (line.len + 2 + strlen(advice) <= LINE_OCTETS) {
		textbuf_add(&line, "; ");
		textbuf_add(&line, advice);
	}
	shorten(&line, LINE_OCTETS);
	textbuf_add_slice(t, textbuf_slice(&line));
}
