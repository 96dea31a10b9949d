/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CODECTEST_H
#define CODECTEST_H

#include <stdlib.h>

#include "capture/codec.h"
#include "unit/unit.h"

/* A stream run through a codec, so many octets of it at a time into so much
 * room. */

static uint8_t codectest_out[1 << 20];
static size_t codectest_made;

static inline enum codec_result
codectest_run(
    const struct codec *codec, struct slice packed, size_t step, size_t room)
{
	void *state = codec->new ();
	enum codec_result result = CODEC_MORE;
	size_t given = 0, used = 0;
	bool moved = true;

	ck_assert_ptr_nonnull(state);
	codectest_made = 0;
	while (result == CODEC_MORE && (moved || used < packed.len)) {
		struct slice in;
		struct codec_room out = { codectest_out + codectest_made,
			room };
		size_t left;

		given = used + step < packed.len ? used + step : packed.len;
		in = slice_between(packed, used, given);
		left = in.len;
		result = codec->run(
		    state, &in, given == packed.len && in.len == 0, &out);
		moved = in.len < left || out.len < room || left > 0;
		used += left - in.len;
		codectest_made += room - out.len;
		ck_assert_uint_le(codectest_made + room, sizeof(codectest_out));
	}
	codec->free(state);
	return result;
}

/* `packed' is `count' times the text, whole, however it is given. */
static inline void
codectest_whole(const struct codec *codec, struct slice packed,
    const char *text, size_t count)
{
	static const size_t steps[] = { 1, 7, 1000000 };

	for (size_t i = 0; i < 9; i++) {
		ck_assert_int_eq(codectest_run(codec, packed, steps[i / 3],
				     i % 3 == 2 ? 65536 : steps[i % 3]),
		    CODEC_END);
		ck_assert_uint_eq(codectest_made, count * strlen(text));
		for (size_t n = 0; n < count; n++)
			ck_assert_mem_eq(codectest_out + n * strlen(text), text,
			    strlen(text));
	}
}

/* Cut anywhere it is not whole. */
static inline void
codectest_cut(const struct codec *codec, struct slice packed)
{
	for (size_t len = 0; len < packed.len; len++) {
		uint8_t *exact = unit_exact(slice_first(packed, len));

		ck_assert_int_ne(
		    codectest_run(codec, slice_of(exact, len), len + 1, 65536),
		    CODEC_END);
		free(exact);
	}
}

/* Damaged anywhere it is no crash, and where the octets that came out differ,
 * it was noticed. */
static inline void
codectest_damaged(
    const struct codec *codec, struct slice packed, const char *text)
{
	for (size_t at = 0; at < packed.len; at++) {
		uint8_t *exact = unit_exact(packed);

		exact[at] ^= 0x55;
		if (codectest_run(codec, slice_of(exact, packed.len),
			packed.len, 65536) == CODEC_END)
			ck_assert(codectest_made == 0 ||
			    (codectest_made == strlen(text) &&
				memcmp(codectest_out, text, strlen(text)) ==
				    0));
		free(exact);
	}
}

#endif
