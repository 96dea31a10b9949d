/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/txnkey.h"

#include "base/siphashrun.h"

/* The fields are hashed without separators, so their lengths are hashed too.
 * No message is longer than 64 KiB; equal lengths would do no harm. */
static uint64_t
lengths(struct slice a, struct slice b, struct slice c, struct slice d)
{
	return (uint64_t)a.len ^ (uint64_t)b.len << 16 ^ (uint64_t)c.len << 32 ^
	    (uint64_t)d.len << 48;
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
	const bool has_cookie = sip_message_has_cookie(m);
	const struct slice id = has_cookie ? m->via_branch : m->from_tag;
	struct siphash_wide digest;
	struct siphash_run run = siphash_run_begin(key);

	if (slice_is(method, "ACK"))
		method = slice_text("INVITE");
	siphash_run_word(&run,
	    m->cseq | (uint64_t)sent_by_port(m) << 32 |
		(uint64_t)has_cookie << 48);
	siphash_run_word(&run, lengths(method, id, m->call_id, m->via_host));
	siphash_run_octets(&run, method);
	siphash_run_octets(&run, id);
	siphash_run_octets(&run, m->call_id);
	/* Host names are the same in any case. */
	siphash_run_letters(&run, m->via_host);
	digest = siphash_run_end(&run);
	return (struct txnkey){ digest.a, digest.b, has_cookie };
}

static uint64_t
both(const struct siphash_key *key, struct slice a, struct slice b)
{
	struct siphash_run run = siphash_run_begin(key);

	siphash_run_word(&run, lengths(a, b, slice_text(""), slice_text("")));
	siphash_run_octets(&run, a);
	siphash_run_octets(&run, b);
	return siphash_run_end(&run).a;
}

uint64_t
txnkey_dialog(const struct siphash_key *key, const struct sip_message *m)
{
	return both(key, m->call_id, m->from_tag);
}

struct txnkey_all
txnkey_all(const struct siphash_key *key, const struct sip_message *m)
{
	return (struct txnkey_all){
		.transaction = txnkey_of(key, m, m->method),
		.dialog = m->is_request ? txnkey_dialog(key, m) : 0,
	};
}

uint32_t
txnkey_target(const struct siphash_key *key, const struct sip_message *m)
{
	const uint32_t hash = (uint32_t)both(key, m->request_uri, m->to_tag);

	return hash == 0 ? 1 : hash;
}

uint32_t
txnkey_short(const struct siphash_key *key, struct slice text)
{
	const uint32_t hash = (uint32_t)siphash(key, text);

	return hash == 0 ? 1 : hash;
}
