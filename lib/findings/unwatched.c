/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/unwatched.h"

/* Above it systems take ports for clients (Linux; IANA's begin at 49152). */
enum { EPHEMERAL = 32768 };

static bool
is_plain(struct slice method)
{
	for (size_t i = 0; i < method.len; i++)
		if (method.p[i] < 'A' || method.p[i] > 'Z')
			return false;
	return method.len > 0 && method.len < UNWATCHED_NAME;
}

static void
remember(struct unwatched *u, struct slice method)
{
	for (size_t i = 0; i < u->method_count; i++)
		if (slice_is(method, u->methods[i]))
			return;
	if (u->method_count == UNWATCHED_METHODS || !is_plain(method))
		return;
	memcpy(u->methods[u->method_count], method.p, method.len);
	u->methods[u->method_count++][method.len] = '\0';
}

void
unwatched_timed_out(struct unwatched *u, uint16_t port, struct slice method)
{
	if (port >= EPHEMERAL)
		return;
	porttally_add(&u->ports, port, 1);
	remember(u, method);
}

void
unwatched_unconfigured(struct unwatched *u, uint16_t port)
{
	porttally_add(&u->unconfigured, port, 1);
}
