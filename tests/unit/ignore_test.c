/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/ignore.h"

#include "config/config_keys.h"
#include "unit/event.h"
#include "unit/unit.h"

static struct evidence evidence;

static bool
ignored(const char *list, const char *subject)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &evidence, subject);
	struct config *config = config_new();
	size_t row;
	bool matches;

	ck_assert(config_keys_find("alerts", "ignore", &row));
	ck_assert(config_keys_set(config, row, list, "a.conf", 1));
	matches = ignore_matches(&config->alerts.ignore, &event);
	config_free(config);
	return matches;
}

START_TEST(a_kind_is_ignored_whatever_its_subject)
{
	ck_assert(ignored("clock-skew", "10.0.0.11"));
	ck_assert(ignored("stale-date, clock-skew", "a.pcap"));
	ck_assert(!ignored("stale-date", "10.0.0.11"));
}
END_TEST

START_TEST(an_address_is_found_in_every_form_of_a_subject)
{
	ck_assert(ignored("10.0.0.0/8", "10.0.0.11"));
	ck_assert(ignored("10.0.0.0/8", "10.0.0.11:5062"));
	ck_assert(ignored("2001:db8::/32", "2001:db8::1"));
	ck_assert(ignored("2001:db8::/32", "[2001:db8::1]:5062"));
	ck_assert(!ignored("10.0.0.0/8", "192.0.2.1:5062"));
	ck_assert(!ignored("0.0.0.0/0 ::/0", "eth1"));
}
END_TEST

START_TEST(nothing_is_ignored_by_default)
{
	ck_assert(!ignored("", "10.0.0.11"));
}
END_TEST

UNIT("ignore", a_kind_is_ignored_whatever_its_subject,
    an_address_is_found_in_every_form_of_a_subject,
    nothing_is_ignored_by_default)
