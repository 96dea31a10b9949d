/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/conntext.h"

#include "unit/event.h"
#include "unit/unit.h"

static struct evidence e;
static char line[900];

static const char *
failure(void)
{
	const struct alert_event event =
	    event_of(FINDING_CONNECTION_FAILURE, &e, "10.0.0.21:5062");
	struct textbuf t;

	textbuf_init(&t, line, sizeof(line));
	conntext_connection_failure.trouble(&t, &event);
	return line;
}

static void
failed(const char *class)
{
	evidence_init(&e);
	evidence_text(&e, "class", class);
	evidence_text(&e, "client", "10.0.0.11:50001");
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_text(&e, "transport", "tcp");
	evidence_integer(&e, "attempts", 3);
	evidence_integer(&e, "clients", 1);
	evidence_boolean(&e, "ever_worked", false);
}

START_TEST(a_refusal_reads_as_one)
{
	failed("refused");
	ck_assert_ptr_nonnull(strstr(failure(),
	    "10.0.0.21:5062 refuses connections; 3 attempts of "
	    "10.0.0.11:50001; it was never seen to work; since "));
}
END_TEST

START_TEST(an_alert_is_told_with_its_sender)
{
	failed("tls_alert");
	evidence_integer(&e, "tls_alert", 45);
	evidence_text(&e, "tls_alert_name", "certificate_expired");
	evidence_text(&e, "tls_alert_from", "client");
	ck_assert_ptr_nonnull(strstr(failure(),
	    "TLS with 10.0.0.21:5062 fails: the client says "
	    "certificate_expired (45); 3 attempts"));
}
END_TEST

START_TEST(every_class_has_its_sentence)
{
	static const char *const classes[] = { "refused", "unanswered",
		"unreachable", "blackhole", "reset", "tls_alert", "tls_closed",
		"tls_stalled" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		failed(classes[i]);
		ck_assert_ptr_nonnull(strstr(failure(), "10.0.0.21:5062"));
		ck_assert_ptr_null(strstr(line, "connections to"));
	}
}
END_TEST

START_TEST(silence_says_that_it_is_a_conclusion)
{
	struct alert_event event =
	    event_of(FINDING_SILENT_PEER, &e, "10.0.0.21:5062");
	struct textbuf t;

	evidence_init(&e);
	evidence_text(&e, "class", "request");
	evidence_text(&e, "client", "10.0.0.11:50001");
	evidence_integer(&e, "request_octets", 1200);
	evidence_seconds(&e, "elapsed_s", 34 * NSTIME_S, 1);
	textbuf_init(&t, line, sizeof(line));
	conntext_silent_peer.trouble(&t, &event);
	ck_assert_ptr_nonnull(strstr(line,
	    "10.0.0.21:5062 probably did not answer a request of "
	    "10.0.0.11:50001: 1200 encrypted octets delivered, nothing back "
	    "within 34.0 s;"));
	ck_assert_ptr_nonnull(strstr(line, "less certain"));
}
END_TEST

UNIT("conntext", a_refusal_reads_as_one, an_alert_is_told_with_its_sender,
    every_class_has_its_sentence, silence_says_that_it_is_a_conclusion)
