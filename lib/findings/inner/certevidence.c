/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/certevidence.h"

static const char *const class_names[] = { "good", "expired", "not_yet_valid",
	"expiring", "invalid_by_peer_clock" };

const char *certevidence_class_name(enum certevidence_class class)
{
	return class_names[class];
}

struct endpoint
certevidence_holder_of(const struct certificate_sight *s)
{
	struct endpoint holder = s->server;

	if (s->holder == TLSFLOW_CLIENT) {
		holder = s->client;
		holder.port = 0;
	}
	return holder;
}

void
certevidence_holder(struct textbuf *t, const struct endpoint *holder)
{
	if (holder->port == 0)
		endpoint_address_write(t, &holder->address);
	else
		endpoint_write(t, holder);
}

void
certevidence_sha256(struct textbuf *t, const uint8_t sha256[X509CERT_SHA256])
{
	for (size_t i = 0; i < X509CERT_SHA256; i++)
		textbuf_hex(t, sha256[i], 2);
}

/* A date that nstime cannot hold (RFC 5280 section 4.1.2.5 has the year 9999
 * for "never"), written as the others are. */
static void
far_date(struct evidence *e, const char *name, int64_t date)
{
	char store[40];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_time_s(&t, date);
	evidence_text_slice(e, name, textbuf_slice(&t));
}

static void
add_date(struct evidence *e, const char *name, int64_t date)
{
	nstime wall;

	if (__builtin_mul_overflow(date, NSTIME_S, &wall))
		far_date(e, name, date);
	else
		evidence_time(e, name, wall);
}

void
certevidence_write(struct evidence *e, const struct certificate_sight *s,
    enum certevidence_class class, nstime peer_offset)
{
	const struct x509cert *cert = s->certificate;
	const struct endpoint holder = certevidence_holder_of(s);
	char store[80];
	struct textbuf t;

	evidence_init(e);
	evidence_text(e, "class", certevidence_class_name(class));
	textbuf_init(&t, store, sizeof(store));
	certevidence_holder(&t, &holder);
	evidence_text_slice(e, "holder", textbuf_slice(&t));
	evidence_text(
	    e, "role", s->holder == TLSFLOW_SERVER ? "server" : "client");
	evidence_integer(e, "depth", s->depth);
	evidence_endpoint(e, "server", &s->server);
	if (cert->subject[0] != '\0')
		evidence_text(e, "subject", cert->subject);
	if (cert->issuer[0] != '\0')
		evidence_text(e, "issuer", cert->issuer);
	if (cert->san[0] != '\0')
		evidence_list(e, "san", cert->san);
	add_date(e, "not_before", cert->not_before);
	add_date(e, "not_after", cert->not_after);
	textbuf_init(&t, store, sizeof(store));
	certevidence_sha256(&t, cert->sha256);
	evidence_text_slice(e, "sha256", textbuf_slice(&t));
	if (class != CERTEVIDENCE_INVALID_BY_PEER_CLOCK)
		return;
	if (s->holder == TLSFLOW_SERVER)
		evidence_endpoint(e, "client", &s->client);
	evidence_seconds(e, "peer_offset_s", peer_offset, 1);
}
