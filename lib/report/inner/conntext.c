/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/conntext.h"

#include "report/inner/phrase.h"

static void
add_server(struct textbuf *t, const struct alert_event *event)
{
	if (evidence_find(event->evidence, "server") != NULL)
		phrase_field(t, event->evidence, "server", "");
	else
		phrase_value(t, event->subject);
}

/* Classes of connection-failure around the server's name. */
static const struct {
	const char *class, *before, *after;
} failures[] = {
	{ "refused", "", " refuses connections" },
	{ "unanswered", "", " does not answer attempts to connect" },
	{ "unreachable", "", " is unreachable, says ICMP" },
	{ "blackhole", "",
	    " does not get what is sent to it: TCP repeats it, nothing is "
	    "acknowledged" },
	{ "reset", "", " resets connections before it answers anything" },
	{ "tls_alert", "TLS with ", " fails: " },
	{ "tls_closed", "TLS with ",
	    " fails: closed in the middle of the handshake" },
	{ "tls_stalled", "TLS with ",
	    " stalls: the handshake is not done after 30 s" },
	{ "", "connections to ", " fail" }, /* any other */
};

static void
add_alert(struct textbuf *t, const struct evidence *e)
{
	textbuf_add(t, "the ");
	phrase_field(t, e, "tls_alert_from", "peer");
	textbuf_add(t, " says ");
	phrase_field(t, e, "tls_alert_name", "alert");
	textbuf_add(t, " (");
	textbuf_int(t, evidence_number(e, "tls_alert", 0));
	textbuf_add(t, ")");
}

static void
add_attempts(struct textbuf *t, const struct evidence *e)
{
	const int64_t attempts = evidence_number(e, "attempts", 0);
	const int64_t clients = evidence_number(e, "clients", 0);

	if (attempts <= 0)
		return;
	textbuf_add(t, "; ");
	phrase_count(t, (uint64_t)attempts, "attempt");
	if (clients > 1) {
		textbuf_add(t, " of ");
		phrase_count(t, (uint64_t)clients, "client");
	}
	textbuf_add(t, clients > 1 ? ", the last of " : " of ");
	phrase_field(t, e, "client", "a client");
}

void
conntext_connection_failure(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const struct slice class = evidence_get(e, "class");
	size_t i = 0;

	while (
	    failures[i].class[0] != '\0' && !slice_is(class, failures[i].class))
		i++;
	textbuf_add(t, failures[i].before);
	add_server(t, event);
	textbuf_add(t, failures[i].after);
	if (slice_is(class, "tls_alert"))
		add_alert(t, e);
	if (slice_is(evidence_get(e, "transport"), "udp"))
		textbuf_add(t, " (UDP)");
	add_attempts(t, e);
	if (evidence_find(e, "ever_worked") != NULL)
		textbuf_add(t,
		    evidence_number(e, "ever_worked", 0) != 0
			? "; it worked before"
			: "; it was never seen to work");
	phrase_since(t, event->first_seen);
}

void
conntext_connection_failure_label(
    struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "connections to ");
	add_server(t, event);
	if (evidence_find(event->evidence, "class") == NULL)
		return;
	textbuf_add(t, " (");
	phrase_field(t, event->evidence, "class", "");
	textbuf_add(t, ")");
}

/* The leg is encrypted: every sentence says that it is a conclusion. */
void
conntext_silent_peer(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const int64_t octets = evidence_number(e, "request_octets", 0);

	if (slice_is(evidence_get(e, "class"), "mras_silence")) {
		phrase_field(t, e, "client", "a client");
		textbuf_add(t, " exchanges nothing with ");
		add_server(t, event);
		textbuf_add(t, " any more");
		if (evidence_find(e, "elapsed_s") != NULL)
			textbuf_add(t, ", not for ");
		phrase_seconds(t, e, "elapsed_s");
		textbuf_add(t, ", while its other SIP goes on");
	} else {
		add_server(t, event);
		textbuf_add(t, " probably did not answer a request of ");
		phrase_field(t, e, "client", "its client");
		if (octets > 0) {
			textbuf_add(t, ": ");
			phrase_count(t, (uint64_t)octets, "encrypted octet");
			textbuf_add(t, " delivered, nothing back");
		}
		if (evidence_find(e, "elapsed_s") != NULL)
			textbuf_add(t, " within ");
		phrase_seconds(t, e, "elapsed_s");
	}
	phrase_since(t, event->first_seen);
	textbuf_add(t,
	    "; it is encrypted, so this is less certain than a "
	    "transaction seen to time out");
}

void
conntext_silent_peer_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "silence of ");
	add_server(t, event);
}
