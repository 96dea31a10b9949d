/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/txnkey.h"

/*
 * Fields are laid out one after another, each behind its length, and hashed
 * in one go.  One longer than LONG is replaced by its own hash, so that all
 * of them fit.
 */
enum { LONG = 112, FIELDS = 4, NUMBERS = 16 };

struct layout {
	const struct siphash_key *key;
	size_t len;
	uint8_t octets[FIELDS * (LONG + 1) + NUMBERS];
};

/* The octets are left as they are: clearing them costs as much as the hash. */
static void
begin(struct layout *l, const struct siphash_key *key)
{
	l->key = key;
	l->len = 0;
}

static void
add_octets(struct layout *l, const void *octets, size_t len)
{
	if (len > 0)
		memcpy(l->octets + l->len, octets, len);
	l->len += len;
}

static void
add(struct layout *l, struct slice field)
{
	const uint8_t len = field.len > LONG ? 255 : (uint8_t)field.len;
	uint64_t hash;

	add_octets(l, &len, 1);
	if (field.len <= LONG) {
		add_octets(l, field.p, field.len);
		return;
	}
	hash = siphash(l->key, field);
	add_octets(l, &hash, sizeof(hash));
}

/* Host names are the same in any case. */
static void
add_host(struct layout *l, struct slice host)
{
	const size_t from = l->len + 1;

	add(l, host);
	if (host.len > LONG)
		return;
	for (size_t i = from; i < l->len; i++)
		l->octets[i] = slice_lower(l->octets[i]);
}

/* RFC 3261 18.1.1 and 18.2.2: 5061 over TLS, 5060 over all else. */
static uint16_t
sent_by_port(const struct sip_message *m)
{
	if (m->via_port != 0)
		return m->via_port;
	return slice_starts_with_nocase(m->via_transport, "TLS") ? 5061 : 5060;
}

struct txnkey
txnkey_of(const struct siphash_key *key, const struct sip_message *m,
    struct slice method)
{
	const bool has_cookie = message_has_cookie(m);
	const uint16_t port = sent_by_port(m);
	struct layout l;
	struct siphash_wide digest;

	begin(&l, key);
	add_octets(&l, &has_cookie, 1);
	add_octets(&l, &m->cseq, sizeof(m->cseq));
	add_octets(&l, &port, sizeof(port));
	add(&l, slice_is(method, "ACK") ? slice_text("INVITE") : method);
	add(&l, has_cookie ? m->via_branch : m->from_tag);
	add(&l, m->call_id);
	add_host(&l, m->via_host);
	digest = siphash_128(key, slice_of(l.octets, l.len));
	return (struct txnkey){ digest.a, digest.b, has_cookie };
}

uint64_t
txnkey_dialog(const struct siphash_key *key, const struct sip_message *m)
{
	struct layout l;

	begin(&l, key);
	add(&l, m->call_id);
	add(&l, m->from_tag);
	return siphash(key, slice_of(l.octets, l.len));
}

uint32_t
txnkey_target(const struct siphash_key *key, const struct sip_message *m)
{
	struct layout l;

	begin(&l, key);
	add(&l, m->request_uri);
	add(&l, m->to_tag);
	return txnkey_short(key, slice_of(l.octets, l.len));
}

uint32_t
txnkey_short(const struct siphash_key *key, struct slice text)
{
	const uint32_t hash = (uint32_t)siphash(key, text);

	return hash == 0 ? 1 : hash;
}
