/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/cipherstream.h"

#include <openssl/crypto.h>

#include "tls/inner/hello.h"
#include "tls/inner/tlsrecord.h"

enum {
	TLS_1_0 = 0x0301,
	MOST_FAILURES = 16, /* in a row, then a direction is given up */
};

/* The state needed to read one record. */
struct cipherstream_look {
	struct cipherstream *r;
	struct cipherstream_shared *shared;
	const struct cipherstream_record *record;
	struct cipherstream_half *half;
	struct slice *plain;
	enum decrypt_reason *reason;
};

void
cipherstream_done(struct cipherstream *r, struct cipherstream_shared *shared)
{
	for (size_t i = 0; i < 2; i++) {
		protection_free(r->halves[i].protection);
		OPENSSL_cleanse(&r->halves[i], sizeof(r->halves[i]));
	}
	negotiation_done(&r->negotiation, &shared->negotiation);
}

void
cipherstream_lost(struct cipherstream *r, struct cipherstream_shared *shared,
    bool server, uint64_t most, struct slice tail)
{
	struct cipherstream_half *half = &r->halves[server];

	half->lost = true;
	negotiation_lost(&r->negotiation, &shared->negotiation, server);
	if (half->protection != NULL)
		protection_lost(half->protection, most, tail);
	else
		half->missing += most;
	r->damaged |= half->epoch == CIPHERSTREAM_CLEAR;
}

/* Beyond the handshake these are distinguished by what was seen of it. */
enum decrypt_reason
cipherstream_reason(const struct cipherstream *r)
{
	const struct negotiation *n = &r->negotiation;

	if (!n->client_hello || !n->server_hello)
		return r->damaged ? DECRYPT_DAMAGED : DECRYPT_NO_HANDSHAKE;
	if (n->version < TLS_1_0)
		return DECRYPT_VERSION;
	if (n->suite == NULL || n->compressed)
		return DECRYPT_CIPHER;
	if (n->suite->exchange != SUITE_RSA)
		return DECRYPT_EPHEMERAL;
	if (negotiation_resumed(n))
		return DECRYPT_RESUMED;
	if (n->foreign_key)
		return DECRYPT_FOREIGN_KEY;
	if (n->refused_key)
		return DECRYPT_WRONG_SECRET;
	return r->damaged ? DECRYPT_DAMAGED : DECRYPT_NO_SECRET;
}

static enum cipherstream_answer
give_up(struct cipherstream_look *l, enum decrypt_reason reason)
{
	*l->reason = reason;
	return CIPHERSTREAM_GIVE_UP;
}

static void
drop_protection(struct cipherstream_half *half)
{
	protection_free(half->protection);
	half->protection = NULL;
	half->failures = 0;
}

/* ---- keys ---- */

static struct protection *
new_tls12(const struct cipherstream_look *l)
{
	const struct negotiation *n = &l->r->negotiation;

	return protection_new(&(struct protection_setup){
	    .suite = n->suite,
	    .version = n->version,
	    .encrypt_then_mac = n->encrypt_then_mac,
	    .server = l->record->server,
	    .master = &n->master,
	    .client_random =
		slice_of(n->client_random, sizeof(n->client_random)),
	    .server_random =
		slice_of(n->server_random, sizeof(n->server_random)),
	});
}

/* Has this half's secret of an epoch of TLS 1.3 arrived? */
static bool
find_traffic(const struct cipherstream_look *l, enum cipherstream_epoch epoch,
    struct keyschedule_secret *traffic)
{
	static const enum keylog_label labels[][2] = {
		[CIPHERSTREAM_HANDSHAKE] = { KEYLOG_CLIENT_HANDSHAKE,
		    KEYLOG_SERVER_HANDSHAKE },
		[CIPHERSTREAM_APPLICATION] = { KEYLOG_CLIENT_TRAFFIC,
		    KEYLOG_SERVER_TRAFFIC },
	};
	const struct negotiation *n = &l->r->negotiation;

	return secrets_find(l->shared->negotiation.secrets,
		   slice_of(n->client_random, sizeof(n->client_random)),
		   labels[epoch][l->record->server], traffic) &&
	    traffic->len == suite_hash_octets(n->suite->derivation);
}

/* Does the handshake hold enough, and nothing that we cannot do? */
static bool
can_open(const struct negotiation *n)
{
	return n->client_hello && n->server_hello && n->version >= TLS_1_0 &&
	    n->suite != NULL && !n->compressed &&
	    (n->suite->exchange == SUITE_TLS13) == negotiation_is_tls13(n);
}

/* CIPHERSTREAM_NOTHING: there are keys now. */
static enum cipherstream_answer
make_protection(struct cipherstream_look *l)
{
	struct cipherstream_half *half = l->half;
	struct negotiation *n = &l->r->negotiation;
	bool known;

	if (!can_open(n))
		return give_up(l,
		    n->suite != NULL && n->version >= TLS_1_0 &&
			    n->client_hello && n->server_hello
			? DECRYPT_CIPHER
			: cipherstream_reason(l->r));
	known = negotiation_is_tls13(n)
	    ? find_traffic(l, half->epoch, &half->traffic)
	    : negotiation_master(n, &l->shared->negotiation);
	if (!known)
		return CIPHERSTREAM_WAIT;
	half->protection = negotiation_is_tls13(n)
	    ? protection_new_tls13(n->suite, &half->traffic)
	    : new_tls12(l);
	if (half->protection == NULL)
		return give_up(l, DECRYPT_CIPHER);
	if (half->lost)
		protection_lost(
		    half->protection, half->missing, slice_of(NULL, 0));
	half->missing = 0;
	return CIPHERSTREAM_NOTHING;
}

static void
update_keys(struct cipherstream_look *l)
{
	const struct suite *suite = l->r->negotiation.suite;

	drop_protection(l->half);
	if (keyschedule_update(suite->derivation, &l->half->traffic))
		l->half->protection =
		    protection_new_tls13(suite, &l->half->traffic);
}

/* ---- handshake messages ---- */

static void
on_message(struct cipherstream_look *l, const struct flight_message *m)
{
	if (!negotiation_is_tls13(&l->r->negotiation))
		return;
	if (m->type == HANDSHAKE_FINISHED &&
	    l->half->epoch == CIPHERSTREAM_HANDSHAKE) {
		drop_protection(l->half);
		l->half->epoch = CIPHERSTREAM_APPLICATION;
	} else if (m->type == HANDSHAKE_KEY_UPDATE &&
	    l->half->epoch == CIPHERSTREAM_APPLICATION) {
		update_keys(l);
	}
}

static enum cipherstream_answer
on_handshake(struct cipherstream_look *l, struct slice octets)
{
	struct negotiation *n = &l->r->negotiation;
	struct negotiation_shared *shared = &l->shared->negotiation;
	const bool server = l->record->server;
	struct flight_message m;

	negotiation_input(n, shared, server, octets);
	while (negotiation_next(n, shared, server, l->record->now, &m))
		on_message(l, &m);
	return CIPHERSTREAM_NOTHING;
}

/* Under TLS 1.3 it means nothing, and a client that offers it may send one
 * before the server answers (RFC 8446 appendix D.4). */
static enum cipherstream_answer
on_change_cipher_spec(struct cipherstream_look *l)
{
	const struct negotiation *n = &l->r->negotiation;

	if (negotiation_is_tls13(n) ||
	    (!n->server_hello && hello_is_tls13(n->offered)))
		return CIPHERSTREAM_NOTHING;
	drop_protection(l->half);
	l->half->epoch = CIPHERSTREAM_APPLICATION;
	l->half->lost = false;
	l->half->missing = 0;
	return CIPHERSTREAM_NOTHING;
}

static enum cipherstream_answer
on_content(struct cipherstream_look *l, uint8_t type, struct slice content)
{
	switch (type) {
	case TLSRECORD_HANDSHAKE:
		return on_handshake(l, content);
	case TLSRECORD_CHANGE_CIPHER_SPEC:
		return on_change_cipher_spec(l);
	case TLSRECORD_APPLICATION_DATA:
		*l->plain = content;
		return content.len > 0 ? CIPHERSTREAM_PLAIN
				       : CIPHERSTREAM_NOTHING;
	default:
		return CIPHERSTREAM_NOTHING;
	}
}

/* ---- records ---- */

/* Records are missing, so perhaps keys changed among them: try those of the
 * next epoch, or of the next generation. */
static bool
open_with_next(struct cipherstream_look *l,
    const struct protection_record *record, uint8_t *type)
{
	enum { MOST = 64 };
	const struct suite *suite = l->r->negotiation.suite;
	struct cipherstream_half *half = l->half;
	struct keyschedule_secret next = half->traffic;
	struct protection *p = NULL;
	const bool known = half->epoch == CIPHERSTREAM_HANDSHAKE
	    ? find_traffic(l, CIPHERSTREAM_APPLICATION, &next)
	    : keyschedule_update(suite->derivation, &next);
	bool opened = false;

	if (known)
		p = protection_new_tls13(suite, &next);
	if (p != NULL) {
		protection_lost(p, MOST, slice_of(NULL, 0));
		opened = protection_open(p, record, true, l->shared->plain,
			     type, l->plain) == PROTECTION_OPENED;
	}
	if (opened) {
		drop_protection(half);
		half->protection = p;
		half->traffic = next;
		half->epoch = CIPHERSTREAM_APPLICATION;
	} else {
		protection_free(p);
	}
	OPENSSL_cleanse(&next, sizeof(next));
	return opened;
}

/* It did not open. */
static enum cipherstream_answer
not_opened(struct cipherstream_look *l)
{
	struct cipherstream_half *half = l->half;

	l->shared->bad++;
	if (!protection_proven(half->protection) && !half->lost)
		return give_up(l, DECRYPT_WRONG_SECRET);
	if (++half->failures < MOST_FAILURES)
		return CIPHERSTREAM_MISSING;
	return give_up(l, DECRYPT_LOST);
}

/* TLS 1.3: until the client's Finished, records of other keys are early data
 * (RFC 8446 section 4.2.10). */
static bool
may_be_early(const struct cipherstream_look *l)
{
	return l->r->negotiation.early_data && !l->record->server &&
	    l->half->epoch == CIPHERSTREAM_HANDSHAKE &&
	    !protection_proven(l->half->protection);
}

static enum cipherstream_answer
open_record(struct cipherstream_look *l)
{
	struct cipherstream_half *half = l->half;
	const bool tls13 = negotiation_is_tls13(&l->r->negotiation);
	const bool early = may_be_early(l);
	const struct protection_record record = {
		.type = l->record->type,
		.version = l->record->version,
		.body = l->record->body,
	};
	uint8_t type = 0;
	enum protection_answer answer = protection_open(half->protection,
	    &record, early || (tls13 && half->lost), l->shared->plain, &type,
	    l->plain);

	if (answer == PROTECTION_BAD && tls13 && half->lost &&
	    open_with_next(l, &record, &type))
		answer = PROTECTION_OPENED;
	if (answer == PROTECTION_BAD && early) {
		l->shared->early++;
		return CIPHERSTREAM_NOTHING;
	}
	if (answer == PROTECTION_UNKNOWN) {
		l->shared->unchained++;
		return CIPHERSTREAM_MISSING;
	}
	if (answer == PROTECTION_BAD)
		return not_opened(l);
	half->lost = false;
	half->failures = 0;
	l->shared->records++;
	return on_content(l, type, *l->plain);
}

/* Reads a record in clear; CIPHERSTREAM_WAIT: it is not. */
static enum cipherstream_answer
in_clear(struct cipherstream_look *l)
{
	const struct negotiation *n = &l->r->negotiation;
	struct cipherstream_half *half = l->half;

	switch (l->record->type) {
	case TLSRECORD_HANDSHAKE:
		return on_handshake(l, l->record->body);
	case TLSRECORD_CHANGE_CIPHER_SPEC:
		return on_change_cipher_spec(l);
	case TLSRECORD_SSLV2_HELLO:
		return give_up(l, DECRYPT_VERSION);
	case TLSRECORD_APPLICATION_DATA:
		break;
	default:
		return CIPHERSTREAM_NOTHING;
	}
	if (!n->server_hello && n->early_data) {
		l->shared->early++;
		return CIPHERSTREAM_NOTHING;
	}
	/* Without a ChangeCipherSpec: that was lost. */
	half->epoch = negotiation_is_tls13(n) ? CIPHERSTREAM_HANDSHAKE
					      : CIPHERSTREAM_APPLICATION;
	if (!negotiation_is_tls13(n) && !half->lost) {
		l->shared->outside++;
		half->epoch = CIPHERSTREAM_CLEAR;
		return give_up(l, cipherstream_reason(l->r));
	}
	return CIPHERSTREAM_WAIT;
}

enum cipherstream_answer
cipherstream_input(struct cipherstream *r, struct cipherstream_shared *shared,
    const struct cipherstream_record *record, struct slice *plain,
    enum decrypt_reason *reason)
{
	struct cipherstream_look look = {
		.r = r,
		.shared = shared,
		.record = record,
		.half = &r->halves[record->server],
		.plain = plain,
		.reason = reason,
	};
	enum cipherstream_answer answer;

	if (look.half->epoch == CIPHERSTREAM_CLEAR) {
		answer = in_clear(&look);
		if (answer != CIPHERSTREAM_WAIT)
			return answer;
	}
	if (negotiation_is_tls13(&r->negotiation) &&
	    record->type != TLSRECORD_APPLICATION_DATA)
		return CIPHERSTREAM_NOTHING;
	if (look.half->protection == NULL) {
		answer = make_protection(&look);
		if (answer != CIPHERSTREAM_NOTHING)
			return answer;
	}
	return open_record(&look);
}

void
cipherstream_stats(
    const struct cipherstream_shared *shared, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "decrypt.bad_record", shared->bad);
	output(
	    arg, COUNTER_EVENT, "decrypt.unchained_record", shared->unchained);
	output(arg, COUNTER_EVENT, "decrypt.early_data", shared->early);
	output(arg, COUNTER_EVENT, "decrypt.outside", shared->outside);
}
