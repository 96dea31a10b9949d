/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/negotiation.h"

#include "unit/tlsplay.h"

enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22 };

static struct negotiation n;
static bool encrypted[2];
static unsigned messages;
static bool lose; /* the server's part */

/* What is in clear: up to ChangeCipherSpec, or the ServerHello of TLS 1.3. */
static void
input(bool server, uint8_t type, uint16_t version, struct slice body)
{
	struct flight_message m;

	(void)version;
	encrypted[server] |= type == CHANGE_CIPHER_SPEC;
	if (type != HANDSHAKE || encrypted[server])
		return;
	if (lose && server) {
		negotiation_lost(&n, &tlsplay_shared, true);
		return;
	}
	negotiation_input(&n, &tlsplay_shared, server, body);
	while (negotiation_next(&n, &tlsplay_shared, server, 0, &m))
		messages++;
}

static void
play(const struct tlsvector *vector)
{
	memset(&n, 0, sizeof(n));
	encrypted[0] = encrypted[1] = false;
	messages = 0;
	tlsplay_records(vector, input);
}

static void
end(void)
{
	negotiation_done(&n, &tlsplay_shared);
	ck_assert_uint_eq(tlsplay_shared.budget.holdings.held, 0);
	tlsplay_end();
}

START_TEST(the_hellos_settle_the_parameters)
{
	tlsplay_begin();
	play(tls10_rsa);
	ck_assert(n.client_hello && n.server_hello && n.certificate);
	ck_assert(n.server_done && n.exchanged);
	ck_assert_uint_eq(n.version, 0x0301);
	ck_assert_uint_eq(n.cipher, 0x002f);
	ck_assert_int_eq(n.suite->exchange, SUITE_RSA);
	ck_assert(!negotiation_is_tls13(&n) && !negotiation_resumed(&n));
	negotiation_done(&n, &tlsplay_shared);
	play(tls13);
	ck_assert(negotiation_is_tls13(&n));
	ck_assert_uint_eq(n.version, 0x0304);
	end();
}
END_TEST

START_TEST(without_secrets_there_is_no_master_secret)
{
	tlsplay_begin();
	play(tls12_rsa);
	ck_assert(!negotiation_master(&n, &tlsplay_shared));
	ck_assert_uint_eq(n.master.len, 0);
	end();
}
END_TEST

/* Both ways lead to the same one, extended or not (RFC 7627). */
START_TEST(a_private_key_and_a_key_log_tell_the_same)
{
	static const struct {
		const struct tlsvector *vector;
		const char *keylog;
	} both[] = { { tls10_rsa, tls10_rsa_keylog },
		{ tls12_rsa, tls12_rsa_keylog } };

	for (size_t i = 0; i < 2; i++) {
		struct keyschedule_secret master;

		tlsplay_begin();
		tlsplay_keylog(both[i].keylog);
		play(both[i].vector);
		ck_assert(negotiation_master(&n, &tlsplay_shared));
		master = n.master;
		end();
		tlsplay_begin();
		tlsplay_key();
		play(both[i].vector);
		ck_assert(negotiation_master(&n, &tlsplay_shared));
		ck_assert_uint_eq(n.master.len, master.len);
		ck_assert_mem_eq(n.master.octets, master.octets, master.len);
		end();
	}
}
END_TEST

START_TEST(a_private_key_does_not_help_against_ecdhe)
{
	tlsplay_begin();
	tlsplay_key();
	play(tls12_ecdhe);
	ck_assert_int_eq(n.suite->exchange, SUITE_EPHEMERAL);
	ck_assert(!negotiation_master(&n, &tlsplay_shared));
	end();
}
END_TEST

START_TEST(private_keys_are_not_used_more_often_than_allowed)
{
	tlsplay_begin();
	tlsplay_key();
	tokenbucket_init(&tlsplay_shared.private_keys, 1, 1, 0);
	play(tls12_rsa);
	ck_assert(negotiation_master(&n, &tlsplay_shared));
	negotiation_done(&n, &tlsplay_shared);
	play(tls10_rsa);
	ck_assert(!negotiation_master(&n, &tlsplay_shared));
	ck_assert_uint_eq(tlsplay_shared.private_key_rate, 1);
	end();
}
END_TEST

START_TEST(of_a_lost_flight_nothing_is_known)
{
	tlsplay_begin();
	tlsplay_key();
	lose = true;
	play(tls12_rsa);
	lose = false;
	ck_assert(n.client_hello && !n.server_hello);
	ck_assert(!negotiation_master(&n, &tlsplay_shared));
	end();
}
END_TEST

START_TEST(a_hello_begins_anew)
{
	tlsplay_begin();
	tlsplay_keylog(tls12_rsa_keylog);
	play(tls12_rsa);
	ck_assert(negotiation_master(&n, &tlsplay_shared));
	encrypted[0] = encrypted[1] = false;
	tlsplay_records(tls10_rsa, input);
	ck_assert_uint_eq(n.version, 0x0301);
	ck_assert_uint_eq(n.master.len, 0);
	ck_assert(!negotiation_master(&n, &tlsplay_shared));
	end();
}
END_TEST

UNIT("negotiation", the_hellos_settle_the_parameters,
    without_secrets_there_is_no_master_secret,
    a_private_key_and_a_key_log_tell_the_same,
    a_private_key_does_not_help_against_ecdhe,
    private_keys_are_not_used_more_often_than_allowed,
    of_a_lost_flight_nothing_is_known, a_hello_begins_anew)
