/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/serverlog.h"

#include "base/textbuf.h"
#include "unit/unit.h"

static struct serverlog_record record;
static char told[512];
static struct textbuf tells;

static bool
read_text(struct serverlog *l, const char *text)
{
	return serverlog_read(l, slice_text(text), &record);
}

static const char *
written(const struct endpoint *e)
{
	textbuf_init(&tells, told, sizeof(told));
	endpoint_write(&tells, e);
	return told;
}

static void
on_name(void *arg, const struct address *address, struct slice name)
{
	(void)arg;
	endpoint_address_write(&tells, address);
	textbuf_add(&tells, " ");
	textbuf_wire(&tells, name);
	textbuf_add(&tells, "\n");
}

START_TEST(a_message_goes_between_the_peer_and_the_host_that_wrote_it)
{
	struct serverlog *l = serverlog_new(1000);

	ck_assert(read_text(l,
	    "Direction: outgoing\nPeer: edge.ptown.local:5062\n"
	    "Start-Line: SERVICE sip:a SIP/2.0\nVia: x\nMessage-Body: -\n"));
	ck_assert(
	    slice_is(record.octets, "SERVICE sip:a SIP/2.0\r\nVia: x\r\n\r\n"));
	ck_assert_str_eq(written(&record.from), "[100::1]:5061");
	ck_assert_str_eq(written(&record.to), "[100::2]:5062");
	ck_assert(read_text(l,
	    "Direction: incoming\nPeer: 10.0.0.21:40000\n"
	    "Start-Line: SIP/2.0 200 OK\nVia: x\n"));
	ck_assert_str_eq(written(&record.from), "10.0.0.21:40000");
	ck_assert_str_eq(written(&record.to), "[100::1]:5061");
	serverlog_free(l);
}
END_TEST

START_TEST(a_name_keeps_its_address)
{
	struct serverlog *l = serverlog_new(1000);

	read_text(l, "Peer: a:1\nStart-Line: SIP/2.0 200 OK\n");
	read_text(l, "Peer: b:2\nStart-Line: SIP/2.0 200 OK\n");
	read_text(l, "Peer: A:3\nStart-Line: SIP/2.0 200 OK\n");
	ck_assert_str_eq(written(&record.to), "[100::2]:3");
	textbuf_init(&tells, told, sizeof(told));
	serverlog_names(l, on_name, NULL);
	ck_assert_str_eq(told, "100::2 a\n100::3 b\n");
	serverlog_free(l);
}
END_TEST

START_TEST(a_failure_without_a_peer_is_of_the_host_in_its_uri)
{
	struct serverlog *l = serverlog_new(1000);

	ck_assert(read_text(l,
	    "LogType: diagnostic\nData: Transaction Time-out: Call-Id [x] "
	    "RUri[sip:u@ptown.local;gruu]\n"));
	ck_assert_int_eq(record.trace.kind, SERVERTRACE_FAILED);
	textbuf_init(&tells, told, sizeof(told));
	serverlog_names(l, on_name, NULL);
	ck_assert_str_eq(told, "100::2 ptown.local\n");
	serverlog_free(l);
}
END_TEST

static uint64_t others, too_long;

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)arg;
	(void)kind;
	if (strcmp(name, "serverlog.other") == 0)
		others = value;
	if (strcmp(name, "serverlog.too_long") == 0)
		too_long = value;
}

START_TEST(what_holds_nothing_is_counted)
{
	struct serverlog *l = serverlog_new(40);

	ck_assert(!read_text(l, "LogType: diagnostic\nText: other\n"));
	ck_assert(!read_text(
	    l, "Start-Line: SIP/2.0 200 OK\nVia: a field that does not fit\n"));
	serverlog_stats(l, on_counter, NULL);
	ck_assert_uint_eq(others, 1);
	ck_assert_uint_eq(too_long, 1);
	serverlog_free(l);
}
END_TEST

UNIT("serverlog", a_message_goes_between_the_peer_and_the_host_that_wrote_it,
    a_name_keeps_its_address,
    a_failure_without_a_peer_is_of_the_host_in_its_uri,
    what_holds_nothing_is_counted)
