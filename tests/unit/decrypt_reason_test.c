/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/decrypt_reason.h"

#include "unit/unit.h"

START_TEST(every_reason_has_a_name_a_counter_and_a_text)
{
	for (unsigned i = 0; i < DECRYPT_REASONS; i++) {
		const enum decrypt_reason reason = (enum decrypt_reason)i;
		const char *const name = decrypt_reason_name(reason);

		ck_assert_uint_gt(strlen(name), 0);
		ck_assert_ptr_nonnull(decrypt_reason_counter(reason));
		ck_assert(slice_starts_with(
		    slice_text(decrypt_reason_counter(reason)), "decrypt."));
		ck_assert_str_eq(
		    decrypt_reason_counter(reason) + strlen("decrypt."), name);
		ck_assert_uint_gt(strlen(decrypt_reason_text(reason)), 0);
		for (unsigned j = 0; j < i; j++)
			ck_assert_str_ne(
			    name, decrypt_reason_name((enum decrypt_reason)j));
	}
}
END_TEST

START_TEST(an_operator_is_told_what_helps)
{
	ck_assert_str_eq(decrypt_reason_name(DECRYPT_EPHEMERAL), "ephemeral");
	ck_assert_ptr_nonnull(strstr(decrypt_reason_text(DECRYPT_EPHEMERAL),
	    "a private key cannot help; a key log can"));
	ck_assert_ptr_nonnull(strstr(decrypt_reason_text(DECRYPT_FOREIGN_KEY),
	    "no configured key belongs to its certificate"));
}
END_TEST

UNIT("decrypt_reason", every_reason_has_a_name_a_counter_and_a_text,
    an_operator_is_told_what_helps)
