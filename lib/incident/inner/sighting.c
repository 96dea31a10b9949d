/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/sighting.h"

/* RFC 8446 section 6.2. */
enum { CERTIFICATE_EXPIRED = 45 };

/*
 * Kinds that may be parts, and the names of the evidence fields in which they
 * have their hosts: the server is the host that failed or refused, or whose
 * clock it is (an address or an endpoint); the client is the other end.
 */
static const struct {
	enum sighting_role role;
	const char *server, *client;
} kinds[FINDING_KINDS] = {
	[FINDING_TRANSACTION_TIMEOUT] = { SIGHTING_FAILURE, "uas", "uac" },
	[FINDING_CONNECTION_FAILURE] = { SIGHTING_FAILURE, "server", "client" },
	[FINDING_SILENT_PEER] = { SIGHTING_FAILURE, "server", "client" },
	[FINDING_CLOCK_SKEW] = { SIGHTING_CLOCK, "peer", NULL },
	[FINDING_ZONE_CHANGE] = { SIGHTING_CLOCK, "host", NULL },
	[FINDING_STALE_DATE] = { SIGHTING_REFUSED, "server", "client" },
	[FINDING_CERTIFICATE] = { SIGHTING_REFUSED, "server", "client" },
	[FINDING_MRAS_FAILURE] = { SIGHTING_FAILURE, "server", "client" },
	[FINDING_MEDIA_ENCRYPTION] = { SIGHTING_MEDIA, NULL, NULL },
	[FINDING_VISIBILITY] = { SIGHTING_DOUBT, "a", "b" },
	[FINDING_LOCAL_CLOCK] = { SIGHTING_DOUBT, NULL, NULL },
};

bool
sighting_matters(enum finding_kind kind)
{
	return kinds[kind].role != SIGHTING_NONE;
}

static void
copy_text(char *to, size_t room, struct slice text)
{
	struct textbuf t;

	textbuf_init(&t, to, room);
	textbuf_add_slice(&t, text);
}

static struct endpoint
host_in(const struct evidence *e, const char *name)
{
	struct endpoint host = { .port = 0 };

	if (name != NULL)
		endpoint_parse(evidence_get(e, name), &host);
	return host;
}

/* When it began, as far as the evidence has it. */
static nstime
began_at(const struct evidence *e, nstime wall)
{
	const nstime sent = evidence_number(e, "sent", wall);

	return evidence_number(e, "stepped_at", sent);
}

static bool
is_zone_like(struct slice shape)
{
	return slice_is(shape, "timezone") || slice_is(shape, "dst");
}

/*
 * Only a certificate that a clock makes invalid has to do with time; one that
 * has expired by every clock is a trouble of its own.  Where several agents of
 * HEP come from one address, as through a proxy, the clock of one is not known
 * to be that of the host there.
 */
static bool
may_join(
    enum finding_kind kind, const struct evidence *e, const struct sighting *s)
{
	if (kind == FINDING_CLOCK_SKEW)
		return evidence_find(e, "agent") == NULL;
	return kind != FINDING_CERTIFICATE ||
	    strcmp(s->class, "invalid_by_peer_clock") == 0;
}

void
sighting_of(enum finding_kind kind, const struct evidence *e, nstime wall,
    struct sighting *s)
{
	const struct slice shape = evidence_get(e, "shape");
	const struct slice local = evidence_get(e, "local_clock");

	*s = (struct sighting){
		.role = kinds[kind].role,
		.server = host_in(e, kinds[kind].server),
		.client = host_in(e, kinds[kind].client).address,
		.began = began_at(e, wall),
		.offset = evidence_number(e, "offset_s", 0),
		.step = evidence_number(e, "step_s", 0),
		.zone_like = kind == FINDING_ZONE_CHANGE || is_zone_like(shape),
		.stepped = evidence_find(e, "stepped_at") != NULL,
		.attempts = (uint32_t)evidence_number(e, "attempts", 0),
		.trusted = slice_is(local, "trusted"),
		.suspect = slice_is(local, "suspect"),
		.mras = kind == FINDING_MRAS_FAILURE ||
		    evidence_number(e, "mras", 0) != 0,
		.expired =
		    evidence_number(e, "tls_alert", 0) == CERTIFICATE_EXPIRED,
	};
	copy_text(s->shape, sizeof(s->shape), shape);
	copy_text(s->class, sizeof(s->class), evidence_get(e, "class"));
	if (!may_join(kind, e, s))
		s->role = SIGHTING_NONE;
}
