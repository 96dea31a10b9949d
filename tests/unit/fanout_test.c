/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/fanout.h"

#include "unit/unit.h"

#define S NSTIME_S

static struct fanout *fanout;
static struct evidence evidence;
static struct {
	unsigned count, superseded;
	enum finding_change change;
	char key[64], subject[64], successor[64];
	int64_t servers;
	char list[256];
	nstime began;
} heard;

static void
keep(char store[], size_t size, struct slice text)
{
	struct textbuf t;

	textbuf_init(&t, store, size);
	textbuf_add_slice(&t, text);
}

static void
hear(void *arg, const struct finding *f)
{
	(void)arg;
	heard.count++;
	if (f->change == FINDING_SUPERSEDED) {
		heard.superseded++;
		keep(
		    heard.successor, sizeof(heard.successor), f->successor_key);
		return;
	}
	heard.change = f->change;
	heard.began = f->began;
	keep(heard.key, sizeof(heard.key), f->key);
	keep(heard.subject, sizeof(heard.subject), f->subject);
	if (f->evidence == NULL)
		return;
	heard.servers = evidence_number(f->evidence, "servers", 0);
	keep(heard.list, sizeof(heard.list),
	    evidence_get(f->evidence, "server_list"));
}

static void
begin(void)
{
	const struct fanout_limits limits = {
		.servers = 5,
		.window = 300 * S,
		.quiet = 3600 * S,
		.clients = 100,
	};

	memset(&heard, 0, sizeof(heard));
	fanout = fanout_new(&limits, hear, NULL);
	ck_assert_ptr_nonnull(fanout);
}

static void
say(enum finding_change change, const char *client, unsigned server, nstime now)
{
	char store[64];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	textbuf_add(&key, "10.0.1.");
	textbuf_uint(&key, server);
	textbuf_add(&key, ":5062 SERVICE");
	evidence_init(&evidence);
	evidence_text(&evidence, "uac", client);
	fanout_input(fanout,
	    &(struct finding){
		.kind = FINDING_TRANSACTION_TIMEOUT,
		.change = change,
		.key = textbuf_slice(&key),
		.subject = slice_first(textbuf_slice(&key), 13),
		.evidence = change == FINDING_TROUBLE ? &evidence : NULL,
		.now = now,
		.wall = now,
		.began = now - 34 * S,
	    });
}

static void
unanswered(const char *client, unsigned server, nstime now)
{
	say(FINDING_TROUBLE, client, server, now);
}

START_TEST(one_client_that_nobody_answers_is_one_trouble)
{
	begin();
	for (unsigned i = 1; i <= 4; i++)
		unanswered("10.0.0.11:5060", i, 100 * S + i);
	ck_assert_uint_eq(heard.count, 4);
	ck_assert_str_eq(heard.key, "10.0.1.4:5062 SERVICE");
	unanswered("10.0.0.11:5061", 5, 101 * S);
	ck_assert_uint_eq(heard.count, 9);
	ck_assert_uint_eq(heard.superseded, 4);
	ck_assert_str_eq(heard.successor, "client 10.0.0.11");
	ck_assert_str_eq(heard.key, "client 10.0.0.11");
	ck_assert_str_eq(heard.subject, "10.0.0.11");
	ck_assert_int_eq(heard.servers, 5);
	ck_assert_str_eq(heard.list,
	    "10.0.1.1:5062,10.0.1.2:5062,10.0.1.3:5062,10.0.1.4:5062,"
	    "10.0.1.5:5062");
	ck_assert_int_eq(heard.began, 66 * S + 1);
	unanswered("10.0.0.11:5060", 6, 102 * S);
	unanswered("10.0.0.11:5060", 6, 103 * S);
	ck_assert_uint_eq(heard.count, 11);
	ck_assert_int_eq(heard.servers, 6);
	fanout_free(fanout);
}
END_TEST

START_TEST(one_server_that_answers_nobody_is_the_servers_trouble)
{
	begin();
	for (unsigned i = 1; i <= 5; i++) {
		unanswered("10.0.0.12:5060", i, i);
		unanswered("10.0.0.11:5060", i, i);
	}
	ck_assert_uint_eq(heard.superseded, 0);
	ck_assert_str_eq(heard.key, "10.0.1.5:5062 SERVICE");
	fanout_free(fanout);
}
END_TEST

START_TEST(four_servers_are_four_troubles)
{
	begin();
	for (unsigned i = 0; i < 20; i++)
		unanswered("10.0.0.11:5060", i % 4, i * S);
	ck_assert_uint_eq(heard.count, 20);
	ck_assert_uint_eq(heard.superseded, 0);
	fanout_free(fanout);
}
END_TEST

START_TEST(servers_that_fail_hours_apart_are_no_one_trouble)
{
	begin();
	for (unsigned i = 0; i < 20; i++)
		unanswered("10.0.0.11:5060", i, i * 300 * S);
	ck_assert_uint_eq(heard.count, 20);
	fanout_free(fanout);
}
END_TEST

START_TEST(it_is_over_when_the_last_of_them_answers)
{
	begin();
	for (unsigned i = 1; i <= 5; i++)
		unanswered("[2001:db8::1]:5060", i, i);
	ck_assert_str_eq(heard.key, "client [2001:db8::1]");
	heard.count = 0;
	for (unsigned i = 1; i <= 4; i++)
		say(FINDING_HEALTHY, "", i, 400 * S);
	ck_assert_uint_eq(heard.count, 0);
	say(FINDING_HEALTHY, "", 5, 401 * S);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert_str_eq(heard.key, "client [2001:db8::1]");
	fanout_free(fanout);
}
END_TEST

START_TEST(an_answer_that_came_late_is_taken_back_there)
{
	begin();
	for (unsigned i = 1; i <= 5; i++)
		unanswered("10.0.0.11:5060", i, i);
	say(FINDING_WITHDRAWN, "", 3, 40 * S);
	ck_assert_int_eq(heard.change, FINDING_WITHDRAWN);
	ck_assert_str_eq(heard.key, "client 10.0.0.11");
	fanout_free(fanout);
}
END_TEST

START_TEST(other_findings_pass)
{
	begin();
	fanout_input(fanout,
	    &(struct finding){
		.kind = FINDING_STALE_DATE,
		.change = FINDING_TROUBLE,
		.key = slice_text("10.0.1.1:5061"),
	    });
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "10.0.1.1:5061");
	fanout_free(fanout);
}
END_TEST

UNIT("fanout", one_client_that_nobody_answers_is_one_trouble,
    one_server_that_answers_nobody_is_the_servers_trouble,
    four_servers_are_four_troubles,
    servers_that_fail_hours_apart_are_no_one_trouble,
    it_is_over_when_the_last_of_them_answers,
    an_answer_that_came_late_is_taken_back_there, other_findings_pass)
