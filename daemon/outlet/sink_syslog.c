/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_syslog.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/textbuf.h"
#include "report/fields.h"
#include "report/line.h"
#include "host/wallclock.h"

#define LOG_SOCKET "/dev/log"

struct syslog_state {
	unsigned facility;
	int socket; /* -1: not connected */
};

/* "<PRI>Mon _d hh:mm:ss siptimed[pid]: ", RFC 3164 section 4.1 as local
 * daemons expect it: local time, no host name. */
static void
write_header(const struct syslog_state *s, struct textbuf *t, int priority)
{
	const time_t now = (time_t)(wallclock_realtime() / NSTIME_S);
	char stamp[32];
	struct tm local;

	textbuf_add(t, "<");
	textbuf_uint(t, s->facility * 8 + (unsigned)priority);
	textbuf_add(t, ">");
	if (localtime_r(&now, &local) != NULL &&
	    strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S ", &local) > 0)
		textbuf_add(t, stamp);
	textbuf_add(t, "siptimed[");
	textbuf_uint(t, (uint64_t)getpid());
	textbuf_add(t, "]: ");
}

static struct sink_record *
note(void *state, int priority, const char *text)
{
	char store[LINE_OCTETS + 128];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	write_header(state, &t, priority);
	textbuf_add(&t, text);
	return sink_record_text(priority, textbuf_slice(&t));
}

static struct sink_record *
format(void *state, const struct alert_event *event)
{
	char store[LINE_OCTETS + 1];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	line_write(&t, event);
	return note(state, (int)fields_priority(event->severity), store);
}

static void
disconnect(struct syslog_state *s)
{
	if (s->socket >= 0)
		close(s->socket);
	s->socket = -1;
}

static int
connect_log(struct syslog_state *s)
{
	const struct sockaddr_un address = {
		.sun_family = AF_UNIX,
		.sun_path = LOG_SOCKET,
	};
	int error;

	s->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->socket < 0)
		return -errno;
	if (connect(s->socket, (const struct sockaddr *)&address,
		sizeof(address)) == 0)
		return 0;
	error = -errno;
	disconnect(s);
	return error;
}

static int
reopen(void *state)
{
	disconnect(state);
	return connect_log(state);
}

static int
deliver(void *state, const struct sink_record *record)
{
	struct syslog_state *s = state;
	int error = s->socket < 0 ? connect_log(s) : 0;

	if (error != 0)
		return error;
	if (send(s->socket, record->octets, record->len, MSG_NOSIGNAL) >= 0)
		return 0;
	error = -errno;
	disconnect(s); /* its daemon was restarted: a new socket next time */
	return error;
}

static void
close_syslog(void *state)
{
	disconnect(state);
	free(state);
}

struct sink *
sink_syslog_new(const struct sink_setup *setup)
{
	static const struct sink_kind kind = {
		.format = format,
		.note = note,
		.deliver = deliver,
		.reopen = reopen,
		.close = close_syslog,
	};
	struct syslog_state *s = malloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	*s = (struct syslog_state){ .facility = setup->facility, .socket = -1 };
	return sink_new("syslog", &kind, s, setup->limit, setup->rate);
}
