/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/catalog.h"

#include "unit/event.h"
#include "unit/unit.h"

static struct evidence e;

static void
is_advice(const char *advice)
{
	const size_t len = strlen(advice);

	ck_assert_uint_gt(len, 5);
	ck_assert_uint_le(len, 200);
	ck_assert_int_ne(advice[len - 1], '.');
	ck_assert_ptr_null(strchr(advice, '\n'));
}

START_TEST(every_kind_says_what_it_is_and_what_to_do)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		const struct catalog_entry *entry =
		    catalog_find((enum finding_kind)i);

		ck_assert_uint_gt(strlen(entry->summary), 10);
		is_advice(entry->advice);
	}
}
END_TEST

START_TEST(the_longer_text_fits_a_terminal)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		struct slice text =
		    slice_text(catalog_find((enum finding_kind)i)->text);

		ck_assert_uint_gt(text.len, 300);
		ck_assert_int_eq(text.p[text.len - 1], '\n');
		while (text.len > 0) {
			const size_t end = slice_index(text, '\n');

			ck_assert_uint_le(end, 72);
			text = slice_after(text, end + 1);
		}
	}
}
END_TEST

START_TEST(the_relays_own_port_gets_the_relays_advice)
{
	struct alert_event event;

	event_timeout(&e, "no_response", "retransmitted");
	event = event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");
	ck_assert_ptr_nonnull(
	    strstr(catalog_advice(&event), "A/V authentication service"));
	is_advice(catalog_advice(&event));
	evidence_init(&e);
	ck_assert_str_eq(catalog_advice(&event),
	    catalog_find(FINDING_TRANSACTION_TIMEOUT)->advice);
	evidence_text(&e, "class", "no_response");
	evidence_text(&e, "uas", "10.0.0.21:5062");
	ck_assert_ptr_null(
	    strstr(catalog_advice(&event), "A/V authentication service"));
	ck_assert_ptr_nonnull(strstr(catalog_advice(&event), "--explain"));
	is_advice(catalog_advice(&event));
}
END_TEST

static const char *
advice_of_alert(int64_t alert)
{
	static struct evidence of;
	const struct alert_event event =
	    event_of(FINDING_CONNECTION_FAILURE, &of, "10.0.0.21:5061");

	evidence_init(&of);
	evidence_text(&of, "class", "tls_alert");
	evidence_integer(&of, "tls_alert", alert);
	return catalog_advice(&event);
}

START_TEST(a_tls_alert_says_what_is_wrong)
{
	static const struct {
		int alert;
		const char *about;
	} alerts[] = {
		{ 40, "cipher" },
		{ 42, "certificate" },
		{ 45, "clocks" },
		{ 48, "authority" },
		{ 70, "version" },
		{ 71, "cipher" },
		{ 112, "SNI" },
		{ 116, "client a certificate" },
		{ 120, "ALPN" },
		{ 255, "certificates" },
	};

	for (size_t i = 0; i < sizeof(alerts) / sizeof(*alerts); i++) {
		const char *advice = advice_of_alert(alerts[i].alert);

		is_advice(advice);
		ck_assert_ptr_nonnull(strstr(advice, alerts[i].about));
	}
}
END_TEST

START_TEST(a_class_may_know_better)
{
	struct alert_event event = event_of(FINDING_VISIBILITY, &e, "a");

	evidence_init(&e);
	evidence_text(&e, "class", "truncated");
	ck_assert_ptr_nonnull(strstr(catalog_advice(&event), "snaplen"));
	event.kind = FINDING_SLOW_TRANSACTION;
	ck_assert_str_eq(catalog_advice(&event),
	    catalog_find(FINDING_SLOW_TRANSACTION)->advice);
}
END_TEST

START_TEST(what_is_over_needs_other_advice)
{
	struct alert_event event = event_of(FINDING_CLOCK_SKEW, &e, "a");

	evidence_init(&e);
	event.state = ALERT_RESOLVED;
	for (int reason = ALERT_HEALTHY; reason <= ALERT_WITHDRAWN; reason++) {
		event.reason = (enum alert_reason)reason;
		is_advice(catalog_advice(&event));
	}
	event.reason = ALERT_HEALTHY;
	ck_assert_ptr_nonnull(strstr(catalog_advice(&event), "restart what"));
}
END_TEST

UNIT("catalog", every_kind_says_what_it_is_and_what_to_do,
    the_longer_text_fits_a_terminal, the_relays_own_port_gets_the_relays_advice,
    a_tls_alert_says_what_is_wrong, a_class_may_know_better,
    what_is_over_needs_other_advice)
