/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * tlsfacts SAVEFILE ...: what lib/tls sees of TLS on any port, one line for
 * each connection: client, server, then name=value, separated by tabs.
 * Certificates are role:depth followed by their fields, separated by "|".
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/savedtcp.h"
#include "tls/tlsflow.h"

enum { LINE = 65536 };

struct line {
	char store[LINE];
	struct textbuf text;
};

struct tool {
	struct tlsflow *tls;
};

/* The state kept for a connection. */
struct entry {
	void *slot;
	char sni[256];
	bool midway; /* began as something else: STARTTLS perhaps */
	struct line line;
};

static void
add_number(struct textbuf *t, const char *name, uint64_t n)
{
	textbuf_add(t, name);
	textbuf_uint(t, n);
}

static void
add_hex(struct textbuf *t, const char *name, const uint8_t *octets, size_t len)
{
	textbuf_add(t, name);
	for (size_t i = 0; i < len; i++)
		textbuf_hex(t, octets[i], 2);
}

static void
add_certificate(struct textbuf *t, const struct tlsflow_event *e)
{
	const struct x509cert *c = e->certificate;

	textbuf_add(t, "\tcertificate=");
	textbuf_add(t, e->from == TLSFLOW_CLIENT ? "client" : "server");
	add_number(t, ":", e->depth);
	if (c == NULL) {
		textbuf_add(t, "|refused");
		return;
	}
	add_hex(t, "|", c->sha256, sizeof(c->sha256));
	add_hex(t, "|", c->serial, c->serial_len);
	textbuf_add(t, "|");
	textbuf_int(t, c->not_before);
	textbuf_add(t, "|");
	textbuf_int(t, c->not_after);
	textbuf_add(t, "|");
	textbuf_add(t, c->subject);
	textbuf_add(t, "|");
	textbuf_add(t, c->issuer);
	textbuf_add(t, "|");
	textbuf_add(t, c->san);
}

static void
add_alert(struct textbuf *t, const struct tlsflow_event *e)
{
	textbuf_add(t, "\talert=");
	textbuf_add(t, e->from == TLSFLOW_CLIENT ? "client" : "server");
	textbuf_add(t, e->fatal ? ":fatal" : ":warning");
	add_number(t, ":", e->alert);
}

static void
keep_name(struct entry *entry, struct slice sni)
{
	struct textbuf t;

	if (sni.len == 0)
		return;
	textbuf_init(&t, entry->sni, sizeof(entry->sni));
	textbuf_wire(&t, sni);
}

/* Certificates and alerts as they come, the facts at the end. */
static void
on_tls(void *arg, const struct tlsflow_event *e)
{
	struct entry *entry = *e->tcp->user;

	(void)arg;
	if (e->kind == TLSFLOW_CERTIFICATE)
		add_certificate(&entry->line.text, e);
	else if (e->kind == TLSFLOW_ALERT)
		add_alert(&entry->line.text, e);
	else if (e->kind == TLSFLOW_HELLO)
		keep_name(entry, e->sni);
	else if (e->kind == TLSFLOW_STAMP)
		add_number(&entry->line.text,
		    e->from == TLSFLOW_CLIENT ? "\tclient_time="
					      : "\tserver_time=",
		    e->told);
}

static void
show(const struct entry *entry, const struct tcpreasm_event *e)
{
	struct tlsflow_facts facts;
	const struct tlsflow_facts *const f = &facts;
	static struct line line;
	struct textbuf *t = &line.text;

	if (!tlsflow_facts(&entry->slot, &facts))
		return;
	textbuf_init(t, line.store, sizeof(line.store));
	endpoint_write(t, &e->client);
	textbuf_add(t, "\t");
	endpoint_write(t, &e->server);
	add_number(t, "\tconnection=", e->connection);
	textbuf_add(t, "\tsni=");
	textbuf_add(t, entry->sni);
	add_number(t, "\tclient_hello=", f->client_hello);
	add_number(t, "\tserver_hello=", f->server_hello);
	add_number(t, "\tsslv2=", f->sslv2);
	add_number(t, "\toffered=", f->offered);
	add_number(t, "\tversion=", f->version);
	add_number(t, "\tcipher=", f->cipher);
	add_number(t, "\tresumed=", f->resumed);
	add_number(t, "\tasked=", f->certificate_asked);
	add_number(t, "\testablished=", f->established);
	add_number(t, "\tlost=", f->lost);
	printf("%s%s\n", line.store, entry->line.store);
}

/* A stream that does not begin as TLS is tried again as picked up mid-way. */
static void
input(struct tool *tool, const struct tcpreasm_event *e, struct entry *entry)
{
	struct tcpreasm_event event = *e;
	struct tlsflow_facts facts;

	event.guessed |= entry->midway;
	tlsflow_input(tool->tls, &event, &entry->slot);
	if (entry->midway || entry->slot == NULL ||
	    tlsflow_facts(&entry->slot, &facts))
		return;
	entry->midway = true;
	event.fact = TCPREASM_FORGOTTEN;
	tlsflow_input(tool->tls, &event, &entry->slot);
}

static void
on_stream(void *arg, const struct tcpreasm_event *e)
{
	struct tool *tool = arg;
	struct entry *entry = *e->user;

	if (entry == NULL) {
		entry = calloc(1, sizeof(*entry));
		if (entry == NULL)
			abort();
		textbuf_init(&entry->line.text, entry->line.store, LINE);
		*e->user = entry;
	}
	if (e->fact == TCPREASM_FORGOTTEN)
		show(entry, e);
	input(tool, e, entry);
	if (e->fact == TCPREASM_FORGOTTEN)
		free(entry);
}

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (value != 0)
		printf("#\t%s\t%" PRIu64 "\n", name, value);
}

static int
judge(const char *name)
{
	static const struct tlsflow_limits tls_limits = {
		.octets = 16 << 20,
		.certificates = 1000,
	};
	struct tool tool = { .tls = tlsflow_new(&tls_limits, on_tls, NULL) };
	const bool read = savedtcp_read(name, on_stream, &tool);

	tlsflow_stats(tool.tls, on_counter, NULL);
	tlsflow_free(tool.tls);
	return read ? 0 : 2;
}

int
main(int argc, char **argv)
{
	int status = argc < 2 ? 2 : 0;

	for (int i = 1; i < argc; i++)
		status |= judge(argv[i]);
	return status;
}
