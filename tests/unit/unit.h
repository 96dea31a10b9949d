/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdlib.h>

#include "base/slice.h"

/*
 * A unit test is one program: START_TEST/END_TEST functions whose names are
 * sentences, then UNIT("room", first_sentence, second_sentence, ...).
 */
#define UNIT(name, ...)                                                        \
	int main(void)                                                         \
	{                                                                      \
		const TTest *tests[] = { __VA_ARGS__ };                        \
		Suite *suite = suite_create(name);                             \
		TCase *tcase = tcase_create(name);                             \
		SRunner *runner = srunner_create(suite);                       \
		int failed;                                                    \
                                                                               \
		tcase_set_timeout(tcase, 120);                                 \
		for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)    \
			tcase_add_test(tcase, tests[i]);                       \
		suite_add_tcase(suite, tcase);                                 \
		srunner_run_all(runner, CK_ENV);                               \
		failed = srunner_ntests_failed(runner);                        \
		srunner_free(runner);                                          \
		return failed == 0 ? 0 : 1;                                    \
	}

/* A copy of the octets in a heap buffer of exactly their size, so that ASan
 * sees any read past the end.  The caller frees it. */
static inline uint8_t *
unit_exact(struct slice s)
{
	uint8_t *copy = malloc(s.len + (s.len == 0));

	ck_assert_ptr_nonnull(copy);
	if (s.len > 0)
		memcpy(copy, s.p, s.len);
	return copy;
}

#endif
