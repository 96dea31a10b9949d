/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/watchhint.h"

#include "report/inner/phrase.h"
#include "sip/methods.h"

enum { NAMED = 4 };

/* Runs of ports are ranges, as the configuration reads them. */
static size_t
add_ports(struct textbuf *t, const struct portset *set)
{
	size_t count = 0;

	for (uint32_t port = 0; port < 65536; port++) {
		uint32_t end = port;

		if (!portset_has(set, (uint16_t)port))
			continue;
		while (end < 65535 && portset_has(set, (uint16_t)(end + 1)))
			end++;
		textbuf_add(t, count > 0 ? " " : "");
		textbuf_uint(t, port);
		if (end > port) {
			textbuf_add(t, "-");
			textbuf_uint(t, end);
		}
		count += end - port + 1;
		port = end;
	}
	return count;
}

static void
add_port_list(struct textbuf *t, const struct portset *set)
{
	char store[512];
	struct textbuf list;
	size_t count;

	textbuf_init(&list, store, sizeof(store));
	count = add_ports(&list, set);
	textbuf_add(t, count == 1 ? "port " : "ports ");
	textbuf_add(t, store);
}

void
watchhint_write(struct textbuf *t, const struct watchhint_settings *s)
{
	textbuf_add(
	    t, strcmp(s->methods, "*") == 0 ? "every method" : s->methods);
	textbuf_add(t, " on ");
	add_port_list(t, s->watched);
	textbuf_add(t, ", MRAS requests on ");
	add_port_list(t, s->sip);
}

/* "port 5067 and port 5080", the busiest first. */
static void
name_ports(struct textbuf *t, const struct porttally *tally)
{
	bool named[PORTTALLY_MOST] = { false };

	for (size_t n = 0; n < tally->count && n < NAMED; n++) {
		size_t busiest = tally->count;

		for (size_t i = 0; i < tally->count; i++)
			if (!named[i] &&
			    (busiest == tally->count ||
				tally->entries[i].count >
				    tally->entries[busiest].count))
				busiest = i;
		named[busiest] = true;
		textbuf_add(t, n == 0 ? "port " : ", port ");
		textbuf_uint(t, tally->entries[busiest].port);
		textbuf_add(t, " (");
		textbuf_uint(t, tally->entries[busiest].count);
		textbuf_add(t, ")");
	}
	if (tally->count > NAMED || tally->others > 0)
		textbuf_add(t, " and others");
}

static void
add_all(struct portset *set, const struct porttally *tally)
{
	for (size_t i = 0; i < tally->count; i++)
		portset_add(set, tally->entries[i].port);
}

static void
add_methods(struct textbuf *t, const struct watchhint_settings *s,
    const struct unwatched *u)
{
	if (u == NULL) {
		textbuf_add(t, "; methods = *");
		return;
	}
	textbuf_add(t, "; methods = ");
	textbuf_add(t, s->methods);
	for (size_t i = 0; i < u->method_count; i++)
		if (!methods_listed(
			slice_text(s->methods), slice_text(u->methods[i]))) {
			textbuf_add(t, " ");
			textbuf_add(t, u->methods[i]);
		}
}

/* The lines, one after the other: "[sip] ports = ..; [timeouts] ports = ..". */
static void
add_lines(struct textbuf *t, const struct watchhint_settings *s,
    const struct porttally *tally, const struct unwatched *methods,
    bool with_methods)
{
	struct portset sip = *s->sip, watched = *s->watched;

	add_all(&sip, tally);
	add_all(&watched, tally);
	if (memcmp(&sip, s->sip, sizeof(sip)) != 0) {
		textbuf_add(t, "[sip] ports = ");
		add_ports(t, &sip);
		textbuf_add(t, "; ");
	}
	textbuf_add(t, "[timeouts] ports = ");
	add_ports(t, &watched);
	if (with_methods)
		add_methods(t, s, methods);
}

bool
watchhint_timeouts(struct textbuf *t, const struct watchhint_settings *s,
    const struct unwatched *u)
{
	const uint64_t sum = porttally_sum(&u->ports);

	if (sum == 0)
		return false;
	phrase_count(t, sum, "transaction");
	textbuf_add(t, " that the configuration does not watch timed out, on ");
	name_ports(t, &u->ports);
	textbuf_add(t, "; to watch them: ");
	add_lines(t, s, &u->ports, u, true);
	return true;
}

bool
watchhint_unconfigured(struct textbuf *t, const struct watchhint_settings *s,
    const struct unwatched *u)
{
	const uint64_t sum = porttally_sum(&u->unconfigured);

	if (sum == 0)
		return false;
	textbuf_add(t, "what timed out on ");
	name_ports(t, &u->unconfigured);
	textbuf_add(t, " is watched by a configuration file only if it ");
	textbuf_add(t, "lists that: ");
	add_lines(t, s, &u->unconfigured, NULL, false);
	return true;
}

bool
watchhint_unlisted(struct textbuf *t, const struct watchhint_settings *s,
    const struct porttally *unlisted)
{
	const uint64_t sum = porttally_sum(unlisted);

	if (sum == 0)
		return false;
	phrase_count(t, sum, "SIP message");
	textbuf_add(t, " seen on ports that [sip] does not list: ");
	name_ports(t, unlisted);
	textbuf_add(t, "; to watch them: ");
	add_lines(t, s, unlisted, NULL, false);
	return true;
}

bool
watchhint_begun(struct textbuf *t, const struct watchhint_settings *s,
    const struct porttally *begun)
{
	const uint64_t sum = porttally_sum(begun);

	if (sum == 0)
		return false;
	phrase_count(t, sum, "transaction");
	textbuf_add(t, sum == 1 ? " was" : " were");
	textbuf_add(t, " not watched, on ");
	name_ports(t, begun);
	textbuf_add(t, "; a configuration (-c) that watches them: ");
	add_lines(t, s, begun, NULL, true);
	return true;
}
