/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/media.h"

#include "incidentstory.h"
#include "unit.h"

#define CALLER "\"A\"<sip:a@example.com>;tag=1;epid=2"
#define CALLEE "<sip:b@live.com;mepid=3>;tag=4"

static struct media *room;
static unsigned troubles;
static struct evidence last;
static char key[300];

static void
on_finding(void *arg, const struct finding *f)
{
	(void)arg;
	troubles++;
	evidence_copy(&last, f->evidence);
	memcpy(key, f->key.p, f->key.len);
	key[f->key.len] = '\0';
}

static void
begin(enum identity_mode mode)
{
	const struct media_limits limits = {
		.calls = 10, .users = 10, .identity = { .mode = mode }
	};

	troubles = 0;
	room = media_new(&limits, on_finding, NULL);
	ck_assert_ptr_nonnull(room);
}

static void
offer(const char *call, enum mediasec_level level)
{
	media_offer(room,
	    &(struct media_offer){
		.call_id = slice_text(call),
		.from = slice_text(CALLER),
		.to = slice_text("<sip:b@live.com>"),
		.level = level,
	    });
}

static void
refuse(const char *call, unsigned status, uint32_t diagnostic,
    const char *phrase, const char *reason)
{
	media_refused(room,
	    &(struct media_refusal){
		.status = status,
		.phrase = slice_text(phrase),
		.head = slice_of(NULL, 0),
		.diagnostic = diagnostic,
		.reason = slice_text(reason),
		.call_id = slice_text(call),
		.from = slice_text(CALLER),
		.to = slice_text(CALLEE),
		.now = START,
		.wall = START,
	    });
}

static bool
is(const char *field, const char *value)
{
	return slice_is(evidence_get(&last, field), value);
}

/* The second part of the origin story. */
START_TEST(the_diagnostic_of_lync_is_enough)
{
	begin(IDENTITY_FULL);
	offer("c1", MEDIASEC_REQUIRED);
	refuse("c1", 488, 52017, "Not Acceptable Here",
	    "Encryption levels dont match");
	ck_assert_uint_eq(troubles, 1);
	ck_assert_str_eq(key, "example.com to live.com");
	ck_assert_int_eq(evidence_number(&last, "diagnostic_id", 0), 52017);
	ck_assert(is("reason", "Encryption levels dont match"));
	ck_assert(is("offer_level", "required"));
	ck_assert(evidence_find(&last, "peer_level") == NULL);
	media_free(room);
}
END_TEST

START_TEST(so_is_the_older_phrase)
{
	begin(IDENTITY_FULL);
	refuse("c1", 488, 0, "Encryption Levels not compatible", "");
	ck_assert_uint_eq(troubles, 1);
	ck_assert(is("reason", "Encryption Levels not compatible"));
	media_free(room);
}
END_TEST

START_TEST(a_488_for_another_reason_is_not_this_one)
{
	begin(IDENTITY_FULL);
	offer("c1", MEDIASEC_SUPPORTED);
	refuse("c1", 488, 0, "Not Acceptable Here", "");
	refuse("c1", 488, 52063, "Not Acceptable Here", "x");
	refuse("c1", 486, 52017, "Busy", "x");
	ck_assert_uint_eq(troubles, 0);
	media_free(room);
}
END_TEST

/* The callee asked for plain media when it last called. */
START_TEST(levels_that_contradict_each_other_are_enough)
{
	begin(IDENTITY_FULL);
	media_offer(room,
	    &(struct media_offer){
		.call_id = slice_text("c0"),
		.from = slice_text("<sip:b@live.com>;tag=9"),
		.to = slice_text(CALLER),
		.level = MEDIASEC_NOT_SUPPORTED,
	    });
	offer("c1", MEDIASEC_REQUIRED);
	refuse("c1", 488, 0, "Not Acceptable Here", "");
	ck_assert_uint_eq(troubles, 1);
	ck_assert(is("peer_level", "not_supported"));
	media_free(room);
}
END_TEST

START_TEST(the_callees_level_is_that_of_its_last_answer)
{
	begin(IDENTITY_FULL);
	media_offer(room,
	    &(struct media_offer){
		.is_answer = true,
		.call_id = slice_text("c0"),
		.from = slice_text(CALLER),
		.to = slice_text(CALLEE),
		.level = MEDIASEC_REQUIRED,
	    });
	offer("c1", MEDIASEC_NOT_SUPPORTED);
	refuse("c1", 488, 0, "Not Acceptable Here", "");
	ck_assert_uint_eq(troubles, 1);
	media_free(room);
}
END_TEST

START_TEST(a_refusal_that_proxies_pass_on_counts_once)
{
	begin(IDENTITY_FULL);
	refuse("c1", 488, 52017, "Not Acceptable Here", "x");
	refuse("c1", 488, 52017, "Not Acceptable Here", "x");
	refuse("c2", 488, 52017, "Not Acceptable Here", "x");
	ck_assert_uint_eq(troubles, 2);
	media_free(room);
}
END_TEST

START_TEST(users_are_shown_as_configured)
{
	begin(IDENTITY_DOMAIN);
	refuse("c1", 488, 52017, "Not Acceptable Here", "x");
	ck_assert_uint_eq(slice_find(evidence_get(&last, "caller"), "a@"),
	    evidence_get(&last, "caller").len);
	ck_assert_str_eq(key, "example.com to live.com");
	media_free(room);
}
END_TEST

START_TEST(one_that_is_recalled_is_not_told_again)
{
	begin(IDENTITY_FULL);
	media_recall(room,
	    &(struct media_refusal){
		.status = 488,
		.diagnostic = 52017,
		.call_id = slice_text("c1"),
		.from = slice_text(CALLER),
		.to = slice_text(CALLEE),
	    });
	refuse("c1", 488, 52017, "Not Acceptable Here", "x");
	ck_assert_uint_eq(troubles, 0);
	refuse("c2", 488, 52017, "Not Acceptable Here", "x");
	ck_assert_uint_eq(troubles, 1);
	media_free(room);
}
END_TEST

UNIT("media", the_diagnostic_of_lync_is_enough, so_is_the_older_phrase,
    a_488_for_another_reason_is_not_this_one,
    levels_that_contradict_each_other_are_enough,
    the_callees_level_is_that_of_its_last_answer,
    a_refusal_that_proxies_pass_on_counts_once, users_are_shown_as_configured,
    one_that_is_recalled_is_not_told_again)
