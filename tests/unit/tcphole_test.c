/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcphole.h"

#include "unit/unit.h"

static struct tcphole_store store;

static void
begin(size_t octets, size_t stream_octets)
{
	tcphole_init(&store);
	store.octets = octets;
	store.stream_octets = stream_octets;
}

static bool
keep(struct tcphole *h, uint64_t offset, const char *text)
{
	const struct tcphole_chunk chunk = {
		.offset = offset,
		.len = (uint32_t)strlen(text),
	};

	return tcphole_keep(
	    &store, h, tcphole_before(h, offset), &chunk, slice_text(text));
}

static void
took(struct tcphole *h, uint64_t offset, const char *text)
{
	struct tcphole_chunk *chunk = tcphole_first(h);

	ck_assert_ptr_nonnull(chunk);
	ck_assert_ptr_eq(tcphole_take(&store, h), chunk);
	ck_assert_uint_eq(chunk->offset, offset);
	ck_assert_uint_eq(chunk->captured, strlen(text));
	ck_assert_mem_eq(chunk->octets, text, strlen(text));
	tcphole_drop(&store, chunk);
}

START_TEST(chunks_come_out_in_order)
{
	struct tcphole *h;

	begin(10000, 10000);
	h = tcphole_new(&store, NULL);
	ck_assert_ptr_null(tcphole_first(h));
	ck_assert(keep(h, 20, "late"));
	ck_assert(keep(h, 5, "early"));
	ck_assert(keep(h, 12, "mid"));
	ck_assert_uint_eq(tcphole_before(h, 19)->offset, 12);
	ck_assert_ptr_null(tcphole_before(h, 4));
	took(h, 5, "early");
	took(h, 12, "mid");
	took(h, 20, "late");
	tcphole_free(&store, h);
	ck_assert_uint_eq(store.held, 0);
}
END_TEST

START_TEST(those_with_chunks_wait_the_longest_first)
{
	struct tcphole *empty, *first, *second;

	begin(10000, 10000);
	empty = tcphole_new(&store, NULL);
	first = tcphole_new(&store, NULL);
	second = tcphole_new(&store, NULL);
	ck_assert(TAILQ_EMPTY(&store.waiting));
	ck_assert(keep(first, 5, "a"));
	ck_assert(keep(second, 5, "b"));
	ck_assert(keep(first, 9, "c"));
	ck_assert_ptr_eq(TAILQ_FIRST(&store.waiting), first);
	took(first, 5, "a");
	ck_assert_ptr_eq(TAILQ_FIRST(&store.waiting), first);
	took(first, 9, "c");
	ck_assert_ptr_eq(TAILQ_FIRST(&store.waiting), second);
	tcphole_free(&store, second);
	ck_assert(TAILQ_EMPTY(&store.waiting));
	tcphole_free(&store, first);
	tcphole_free(&store, empty);
	ck_assert_uint_eq(store.held, 0);
}
END_TEST

START_TEST(one_stream_has_its_own_limit)
{
	struct tcphole *h;

	begin(100000, sizeof(struct tcphole_chunk) + 3);
	h = tcphole_new(&store, NULL);
	ck_assert(!keep(h, 5, "four"));
	ck_assert(keep(h, 5, "abc"));
	ck_assert(!keep(h, 9, "d"));
	tcphole_free(&store, h);
}
END_TEST

/* The argument of give_way(): who goes next. */
static struct tcphole *goes;

static bool
give_way(void *arg)
{
	ck_assert_ptr_eq(arg, &store);
	if (goes == NULL)
		return false;
	tcphole_free(&store, goes);
	goes = NULL;
	return true;
}

START_TEST(others_give_way_before_room_is_refused)
{
	struct tcphole *h;

	begin(sizeof(struct tcphole), 1000);
	store.make_room = give_way;
	store.arg = &store;
	goes = tcphole_new(&store, NULL);
	h = tcphole_new(&store, NULL);
	ck_assert_ptr_nonnull(h);
	ck_assert_ptr_null(goes);
	ck_assert(!keep(h, 5, "abc"));
	ck_assert_ptr_null(tcphole_new(&store, NULL));
	tcphole_free(&store, h);
	ck_assert_uint_eq(store.held, 0);
}
END_TEST

UNIT("tcphole", chunks_come_out_in_order,
    those_with_chunks_wait_the_longest_first, one_stream_has_its_own_limit,
    others_give_way_before_room_is_refused)
