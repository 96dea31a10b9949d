/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSWIRE_H
#define TLSWIRE_H

#include "unit/unit.h"

/*
 * TLS and certificates as octets.  A tlswire grows by what is added to it;
 * tlswire_begin() leaves room for a length of so many octets, and
 * tlswire_end() fills it in with the size of what came since.
 */

enum { TLSWIRE_OCTETS = 200000 };

struct tlswire {
	uint8_t octets[TLSWIRE_OCTETS];
	size_t len;
};

static inline struct slice
tlswire_slice(const struct tlswire *w)
{
	return slice_of(w->octets, w->len);
}

static inline void
tlswire_add(struct tlswire *w, struct slice octets)
{
	ck_assert_uint_le(octets.len, sizeof(w->octets) - w->len);
	if (octets.len > 0)
		memcpy(w->octets + w->len, octets.p, octets.len);
	w->len += octets.len;
}

static inline void
tlswire_number(struct tlswire *w, uint64_t n, size_t octets)
{
	while (octets-- > 0) {
		const uint8_t octet = (uint8_t)(n >> 8 * octets);

		tlswire_add(w, slice_of(&octet, 1));
	}
}

static inline size_t
tlswire_begin(struct tlswire *w, size_t octets)
{
	tlswire_number(w, 0, octets);
	return w->len;
}

static inline void
tlswire_end(struct tlswire *w, size_t since, size_t octets)
{
	const size_t len = w->len, size = len - since;

	w->len = since - octets;
	tlswire_number(w, size, octets);
	w->len = len;
}

static inline void
tlswire_record(
    struct tlswire *w, uint8_t type, uint16_t version, struct slice body)
{
	tlswire_number(w, type, 1);
	tlswire_number(w, version, 2);
	tlswire_number(w, body.len, 2);
	tlswire_add(w, body);
}

static inline void
tlswire_handshake(struct tlswire *w, uint8_t type, struct slice body)
{
	tlswire_number(w, type, 1);
	tlswire_number(w, body.len, 3);
	tlswire_add(w, body);
}

/* What a hello says.  Zeros and NULLs are left out. */
struct tlswire_hello {
	uint16_t version, supported_version;
	uint32_t time;
	const char *sni;
	struct slice session_id;
	uint16_t cipher;
	bool retry, psk;
};

static inline void
tlswire_random(struct tlswire *w, const struct tlswire_hello *h)
{
	static const uint8_t retry[32] = "\xcf\x21\xad\x74\xe5\x9a\x61\x11"
					 "\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
					 "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e"
					 "\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

	if (h->retry) {
		tlswire_add(w, slice_of(retry, sizeof(retry)));
		return;
	}
	tlswire_number(w, h->time, 4);
	for (unsigned i = 0; i < 28; i++)
		tlswire_number(w, i * 37, 1);
}

static inline void
tlswire_extensions(
    struct tlswire *w, const struct tlswire_hello *h, bool is_client)
{
	const size_t all = tlswire_begin(w, 2);

	if (h->sni != NULL) {
		tlswire_number(w, 0, 2);
		tlswire_number(w, strlen(h->sni) + 5, 2);
		tlswire_number(w, strlen(h->sni) + 3, 2);
		tlswire_number(w, 0, 1);
		tlswire_number(w, strlen(h->sni), 2);
		tlswire_add(w, slice_text(h->sni));
	}
	if (h->supported_version != 0) {
		tlswire_number(w, 43, 2);
		tlswire_number(w, is_client ? 7 : 2, 2);
		if (is_client) {
			tlswire_number(w, 6, 1);
			tlswire_number(w, 0x7a7a0303, 4); /* GREASE */
		}
		tlswire_number(w, h->supported_version, 2);
	}
	if (h->psk) {
		tlswire_number(w, 41, 2);
		tlswire_number(w, 2, 2);
		tlswire_number(w, 0, 2);
	}
	tlswire_end(w, all, 2);
}

static inline void
tlswire_client_hello(struct tlswire *w, const struct tlswire_hello *h)
{
	tlswire_number(w, h->version, 2);
	tlswire_random(w, h);
	tlswire_number(w, h->session_id.len, 1);
	tlswire_add(w, h->session_id);
	tlswire_number(w, 4, 2);
	tlswire_number(w, 0xc030009f, 4);
	tlswire_number(w, 0x0100, 2); /* no compression */
	tlswire_extensions(w, h, true);
}

static inline void
tlswire_server_hello(struct tlswire *w, const struct tlswire_hello *h)
{
	tlswire_number(w, h->version, 2);
	tlswire_random(w, h);
	tlswire_number(w, h->session_id.len, 1);
	tlswire_add(w, h->session_id);
	tlswire_number(w, h->cipher, 2);
	tlswire_number(w, 0, 1);
	tlswire_extensions(w, h, false);
}

static inline void
tlswire_der(struct tlswire *w, uint8_t tag, struct slice content)
{
	tlswire_number(w, tag, 1);
	if (content.len < 128) {
		tlswire_number(w, content.len, 1);
	} else {
		tlswire_number(w, 0x83, 1);
		tlswire_number(w, content.len, 3);
	}
	tlswire_add(w, content);
}

/* A certificate; what is not given is something that makes sense. */
struct tlswire_certificate {
	struct slice common_name;
	const char *issuer;
	const char *not_before, *not_after; /* GeneralizedTime; UTCTime where
					     * 13 octets long */
	struct slice san;                   /* GeneralNames */
	uint8_t serial;
};

static inline void
tlswire_name(struct tlswire *w, struct slice common_name)
{
	static const char c[] = "\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02"
				"US";
	static struct tlswire atv, set, rdn, name;

	atv.len = set.len = rdn.len = name.len = 0;
	tlswire_add(&name, slice_of(c, sizeof(c) - 1));
	tlswire_add(&atv, slice_text("\x06\x03\x55\x04\x03"));
	tlswire_der(&atv, 0x0c, common_name);
	tlswire_der(&set, 0x30, tlswire_slice(&atv));
	tlswire_der(&name, 0x31, tlswire_slice(&set));
	tlswire_der(w, 0x30, tlswire_slice(&name));
}

static inline void
tlswire_time(struct tlswire *w, const char *time, const char *otherwise)
{
	const struct slice t = slice_text(time == NULL ? otherwise : time);

	tlswire_der(w, t.len == 13 ? 0x17 : 0x18, t);
}

static inline void
tlswire_san(struct tlswire *w, struct slice names)
{
	static struct tlswire general, value, extension, list;

	if (names.len == 0)
		return;
	general.len = value.len = extension.len = list.len = 0;
	tlswire_der(&general, 0x30, names);
	tlswire_add(&value, slice_text("\x06\x03\x55\x1d\x11"));
	tlswire_der(&value, 0x04, tlswire_slice(&general));
	tlswire_der(&extension, 0x30, tlswire_slice(&value));
	tlswire_der(&list, 0x30, tlswire_slice(&extension));
	tlswire_der(w, 0xa3, tlswire_slice(&list));
}

static inline void
tlswire_cert(struct tlswire *w, const struct tlswire_certificate *c)
{
	static const uint8_t version[] = { 0xa0, 3, 2, 1, 2 };
	static const uint8_t algorithm[] = { 0x30, 2, 0x05, 0 };
	static struct tlswire tbs, validity, whole;
	const uint8_t serial[] = { 2, 1, c->serial };

	tbs.len = validity.len = whole.len = 0;
	tlswire_add(&tbs, slice_of(version, sizeof(version)));
	tlswire_add(&tbs, slice_of(serial, sizeof(serial)));
	tlswire_add(&tbs, slice_of(algorithm, sizeof(algorithm)));
	tlswire_name(&tbs, slice_text(c->issuer == NULL ? "CA" : c->issuer));
	tlswire_time(&validity, c->not_before, "20100101000000Z");
	tlswire_time(&validity, c->not_after, "20200101000000Z");
	tlswire_der(&tbs, 0x30, tlswire_slice(&validity));
	tlswire_name(&tbs,
	    c->common_name.len == 0 ? slice_text("edge") : c->common_name);
	tlswire_add(&tbs, slice_of(algorithm, sizeof(algorithm))); /* key */
	tlswire_san(&tbs, c->san);
	tlswire_der(&whole, 0x30, tlswire_slice(&tbs));
	tlswire_add(&whole, slice_of(algorithm, sizeof(algorithm)));
	tlswire_add(&whole, slice_text("\x03\x01x")); /* signature */
	tlswire_der(w, 0x30, tlswire_slice(&whole));
}

/* The body of a Certificate message: these, one after the other. */
static inline void
tlswire_chain(struct tlswire *w, const struct tlswire_certificate *c, size_t n)
{
	static struct tlswire one;
	const size_t all = tlswire_begin(w, 3);

	for (size_t i = 0; i < n; i++) {
		one.len = 0;
		tlswire_cert(&one, &c[i]);
		tlswire_number(w, one.len, 3);
		tlswire_add(w, tlswire_slice(&one));
	}
	tlswire_end(w, all, 3);
}

#endif
