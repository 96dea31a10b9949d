/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_journal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

/* The same code sends every entry, so CODE_FILE and the like are useless. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/textbuf.h"
#include "report/fields.h"

enum { FIELDS = 64, RECORD = 16384 };

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct journal {
	unsigned facility;
};

/* A record is "NAME=value" after "NAME=value", each ended by a NUL: no value
 * holds one, since control characters were escaped on the way. */
static void
add_field(void *arg, struct slice name, struct slice value)
{
	struct textbuf *t = arg;

	textbuf_add_slice(t, name);
	textbuf_add(t, "=");
	textbuf_add_slice(t, value);
	textbuf_add_slice(t, slice_of("", 1));
}

static void
add_number(struct textbuf *t, const char *name, unsigned n)
{
	char text[16];
	struct textbuf value;

	textbuf_init(&value, text, sizeof(text));
	textbuf_uint(&value, n);
	add_field(t, slice_text(name), textbuf_slice(&value));
}

static void
add_common(const struct journal *j, struct textbuf *t)
{
	add_field(t, slice_text("SYSLOG_IDENTIFIER"), slice_text("siptimed"));
	add_number(t, "SYSLOG_FACILITY", j->facility);
}

static struct sink_record *
format(void *state, const struct alert_event *event)
{
	char store[RECORD];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	add_common(state, &t);
	fields_write(event, add_field, &t);
	return sink_record_text(
	    (int)fields_priority(event->severity), textbuf_slice(&t));
}

static struct sink_record *
note(void *state, int priority, const char *text)
{
	char store[1024];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	add_field(&t, slice_text("MESSAGE"), slice_text(text));
	add_number(&t, "PRIORITY", (unsigned)priority);
	add_common(state, &t);
	return sink_record_text(priority, textbuf_slice(&t));
}

static int
deliver(void *state, const struct sink_record *record)
{
	struct iovec fields[FIELDS];
	struct slice rest = slice_of(record->octets, record->len);
	int count = 0;

	(void)state;
	while (rest.len > 0 && count < FIELDS) {
		const struct slice field =
		    slice_first(rest, slice_index(rest, '\0'));

		fields[count++] = (struct iovec){
			.iov_base = (void *)(uintptr_t)field.p,
			.iov_len = field.len,
		};
		rest = slice_after(rest, field.len + 1);
	}
	/* libsystemd returns 0 without a socket, though nothing is delivered.
	 */
	if (!sink_journal_present())
		return -ENOENT;
	return sd_journal_sendv(fields, count);
}

/* Nothing is held open, but a missing journald should be reported at the
 * start. */
static int
reopen(void *state)
{
	(void)state;
	return sink_journal_present() ? 0 : -ENOENT;
}

static void
close_journal(void *state)
{
	free(state);
}

struct sink *
sink_journal_new(const struct sink_setup *setup)
{
	static const struct sink_kind kind = {
		.format = format,
		.note = note,
		.deliver = deliver,
		.reopen = reopen,
		.close = close_journal,
	};
	struct journal *j = malloc(sizeof(*j));

	if (j == NULL)
		return NULL;
	j->facility = setup->facility;
	return sink_new("journal", &kind, j, setup->limit, setup->rate);
}

bool
sink_journal_present(void)
{
	return access(JOURNAL_SOCKET, W_OK) == 0;
}
