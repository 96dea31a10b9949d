/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSPLAY_H
#define TLSPLAY_H

#include "tls/inner/negotiation.h"
#include "unit/hex.h"
#include "unit/tlsvectors.h"

/* The recorded connections, record by record, and what decrypts them. */

static struct negotiation_shared tlsplay_shared;

static inline void
tlsplay_begin(void)
{
	memset(&tlsplay_shared, 0, sizeof(tlsplay_shared));
	tlsplay_shared.secrets = secrets_new(
	    &(struct secrets_limits){ .sessions = 10, .resumptions = 10 });
	tlsplay_shared.budget.holdings.limit = 100000;
	tokenbucket_init(&tlsplay_shared.private_keys, 100, 100, 0);
	ck_assert_ptr_nonnull(tlsplay_shared.secrets);
}

static inline void
tlsplay_key(void)
{
	struct privatekey *key;

	ck_assert_int_eq(
	    privatekey_parse(slice_text(tlsvectors_key), NULL, &key),
	    PRIVATEKEY_READ);
	secrets_add_key(tlsplay_shared.secrets, key);
}

static inline void
tlsplay_keylog(const char *text)
{
	struct keylog_lines lines = { .len = 0 };

	secrets_keylog(tlsplay_shared.secrets, &lines, slice_text(text));
}

static inline void
tlsplay_end(void)
{
	secrets_free(tlsplay_shared.secrets);
}

/* `input' gets each record; its body in a buffer of exactly its size. */
typedef void tlsplay_input(
    bool server, uint8_t type, uint16_t version, struct slice body);

static inline void
tlsplay_records(const struct tlsvector *v, tlsplay_input *input)
{
	for (; v->hex != NULL; v++) {
		uint8_t *octets;
		struct slice rest = hex_octets(v->hex, &octets);

		while (rest.len > 0) {
			const size_t len = (size_t)rest.p[3] << 8 | rest.p[4];
			uint8_t *body =
			    unit_exact(slice_first(slice_after(rest, 5), len));

			ck_assert_uint_ge(rest.len, len + 5);
			input(v->from, rest.p[0],
			    (uint16_t)(rest.p[1] << 8 | rest.p[2]),
			    slice_of(body, len));
			free(body);
			rest = slice_after(rest, len + 5);
		}
		free(octets);
	}
}

#endif
