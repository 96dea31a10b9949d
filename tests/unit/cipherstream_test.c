/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/cipherstream.h"

#include "tls/inner/tlsrecord.h"
#include "unit/tlsplay.h"

static struct cipherstream r;
static struct cipherstream_shared shared;
static char text[2][300]; /* what was opened, by side */
static unsigned answers[CIPHERSTREAM_GIVE_UP + 1];
static enum decrypt_reason reason;
static unsigned skip;   /* so many records of application data */
static unsigned damage; /* .. or so many are changed */

static void
input(bool server, uint8_t type, uint16_t version, struct slice body)
{
	const struct cipherstream_record record = {
		.server = server,
		.type = type,
		.version = version,
		.body = body,
	};
	struct slice plain = slice_of(NULL, 0);
	enum cipherstream_answer answer;

	if (type == TLSRECORD_APPLICATION_DATA && skip > 0) {
		skip--;
		cipherstream_lost(&r, &shared, server, 1, body);
		return;
	}
	if (type == TLSRECORD_APPLICATION_DATA && damage > 0) {
		damage--;
		((uint8_t *)(uintptr_t)body.p)[body.len - 1] ^= 1;
	}
	answer = cipherstream_input(&r, &shared, &record, &plain, &reason);
	answers[answer]++;
	if (answer == CIPHERSTREAM_PLAIN)
		strncat(text[server], (const char *)plain.p, plain.len);
}

static void
begin(void)
{
	tlsplay_begin();
	shared.plain = malloc(TLSRECORD_MOST_OCTETS);
	memset(&r, 0, sizeof(r));
	memset(text, 0, sizeof(text));
	memset(answers, 0, sizeof(answers));
}

static void
play(const struct tlsvector *vector)
{
	shared.negotiation = tlsplay_shared;
	tlsplay_records(vector, input);
}

static void
end(void)
{
	cipherstream_done(&r, &shared);
	ck_assert_uint_eq(shared.negotiation.budget.holdings.held, 0);
	free(shared.plain);
	tlsplay_end();
}

START_TEST(every_version_is_read_record_by_record)
{
	static const struct {
		const struct tlsvector *vector;
		const char *keylog;
	} all[] = {
		{ tls10_rsa, tls10_rsa_keylog },
		{ tls12_rsa, tls12_rsa_keylog },
		{ tls12_ecdhe, tls12_ecdhe_keylog },
		{ tls13, tls13_keylog },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		begin();
		tlsplay_keylog(all[i].keylog);
		play(all[i].vector);
		ck_assert_str_eq(text[0], TLSVECTORS_REQUEST);
		ck_assert_str_eq(text[1], TLSVECTORS_ANSWER);
		ck_assert_uint_eq(answers[CIPHERSTREAM_MISSING], 0);
		ck_assert_uint_eq(answers[CIPHERSTREAM_WAIT], 0);
		ck_assert_uint_eq(answers[CIPHERSTREAM_GIVE_UP], 0);
		end();
	}
}
END_TEST

START_TEST(without_its_secret_it_waits_and_tells_why)
{
	begin();
	play(tls12_ecdhe);
	ck_assert_uint_gt(answers[CIPHERSTREAM_WAIT], 0);
	ck_assert_uint_eq(answers[CIPHERSTREAM_PLAIN], 0);
	ck_assert_int_eq(cipherstream_reason(&r), DECRYPT_EPHEMERAL);
	end();
	begin();
	play(tls12_rsa);
	ck_assert_int_eq(cipherstream_reason(&r), DECRYPT_NO_SECRET);
	end();
	begin();
	ck_assert_int_eq(cipherstream_reason(&r), DECRYPT_NO_HANDSHAKE);
	cipherstream_lost(&r, &shared, true, 1, slice_of(NULL, 0));
	ck_assert_int_eq(cipherstream_reason(&r), DECRYPT_DAMAGED);
	end();
}
END_TEST

/* In TLS 1.2 every record stands alone: the other side is read whole. */
START_TEST(a_record_that_is_changed_is_missing)
{
	begin();
	tlsplay_keylog(tls12_rsa_keylog);
	damage = 1;
	play(tls12_rsa);
	ck_assert_uint_ge(answers[CIPHERSTREAM_MISSING], 1);
	ck_assert_uint_ge(shared.bad, 1);
	ck_assert_str_ne(text[0], TLSVECTORS_REQUEST);
	ck_assert_str_eq(text[1], TLSVECTORS_ANSWER);
	end();
	shared.bad = 0;
}
END_TEST

START_TEST(after_a_lost_record_the_other_side_goes_on)
{
	begin();
	tlsplay_keylog(tls12_ecdhe_keylog);
	skip = 1;
	play(tls12_ecdhe);
	ck_assert_str_ne(text[0], TLSVECTORS_REQUEST);
	ck_assert_str_eq(text[1], TLSVECTORS_ANSWER);
	ck_assert_uint_eq(answers[CIPHERSTREAM_GIVE_UP], 0);
	end();
}
END_TEST

START_TEST(octets_that_are_no_record_of_ours_do_no_harm)
{
	uint8_t noise[64];

	for (unsigned type = 0; type < 256; type++) {
		begin();
		tlsplay_keylog(tls13_keylog);
		shared.negotiation = tlsplay_shared;
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (uint8_t)(i * 7 + type);
		for (size_t len = 0; len <= sizeof(noise); len++) {
			uint8_t *exact = unit_exact(slice_of(noise, len));

			input(len % 2, (uint8_t)type, 0x0303,
			    slice_of(exact, len));
			free(exact);
		}
		ck_assert_uint_eq(answers[CIPHERSTREAM_PLAIN], 0);
		end();
	}
}
END_TEST

UNIT("cipherstream", every_version_is_read_record_by_record,
    without_its_secret_it_waits_and_tells_why,
    a_record_that_is_changed_is_missing,
    after_a_lost_record_the_other_side_goes_on,
    octets_that_are_no_record_of_ours_do_no_harm)
