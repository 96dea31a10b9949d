/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/sighting.h"

#include "incidentstory.h"
#include "unit.h"

static struct sighting
seen(const struct story_finding *f)
{
	struct sighting s;

	sighting_of(f->finding.kind, &f->evidence, f->finding.wall, &s);
	return s;
}

START_TEST(a_timeout_began_when_its_request_was_sent)
{
	const struct sighting s = seen(timed_out(11, 21, 5062, START));
	const struct endpoint server = host_at(21, 5062);
	const struct address client = host(11);

	ck_assert_int_eq(s.role, SIGHTING_FAILURE);
	ck_assert(endpoint_equal(&s.server, &server));
	ck_assert(endpoint_address_equal(&s.client, &client));
	ck_assert_int_eq(s.began, START - 34 * NSTIME_S);
	ck_assert(s.mras);
	ck_assert_str_eq(s.class, "no_response");
}
END_TEST

START_TEST(a_wrong_clock_began_with_its_step)
{
	const struct sighting s =
	    seen(wrong_clock(11, -HOUR, "dst", START - HOUR, START));
	const struct address peer = host(11);

	ck_assert_int_eq(s.role, SIGHTING_CLOCK);
	ck_assert(endpoint_address_equal(&s.server.address, &peer));
	ck_assert_uint_eq(s.client.version, 0);
	ck_assert(s.stepped);
	ck_assert(s.zone_like);
	ck_assert_int_eq(s.began, START - HOUR);
	ck_assert_int_eq(s.offset, -HOUR);
}
END_TEST

START_TEST(the_clock_of_one_of_several_agents_is_not_the_hosts)
{
	struct story_finding f =
	    *wrong_clock(11, -HOUR, "dst", START - HOUR, START);

	evidence_integer(&f.evidence, "agent", 2002);
	ck_assert_int_eq(seen(&f).role, SIGHTING_NONE);
}
END_TEST

START_TEST(only_a_certificate_that_a_clock_invalidates_has_to_do_with_time)
{
	static struct story_finding f;
	const struct endpoint server = host_at(21, 5062);

	story_begin(&f, FINDING_CERTIFICATE, &server, "", START);
	evidence_text(&f.evidence, "class", "expired");
	ck_assert_int_eq(seen(&f).role, SIGHTING_NONE);
	story_begin(&f, FINDING_CERTIFICATE, &server, "", START);
	evidence_text(&f.evidence, "class", "invalid_by_peer_clock");
	ck_assert_int_eq(seen(&f).role, SIGHTING_REFUSED);
}
END_TEST

START_TEST(an_alert_certificate_expired_has_to_do_with_time)
{
	static struct story_finding f;
	const struct endpoint server = host_at(21, 5062);

	story_begin(&f, FINDING_CONNECTION_FAILURE, &server, "", START);
	ck_assert(!seen(&f).expired);
	evidence_integer(&f.evidence, "tls_alert", 45);
	ck_assert(seen(&f).expired);
}
END_TEST

START_TEST(incidents_and_slowness_are_no_parts)
{
	ck_assert(!sighting_matters(FINDING_INCIDENT));
	ck_assert(!sighting_matters(FINDING_SLOW_TRANSACTION));
	ck_assert(sighting_matters(FINDING_TRANSACTION_TIMEOUT));
}
END_TEST

UNIT("sighting", a_timeout_began_when_its_request_was_sent,
    the_clock_of_one_of_several_agents_is_not_the_hosts,
    a_wrong_clock_began_with_its_step,
    only_a_certificate_that_a_clock_invalidates_has_to_do_with_time,
    an_alert_certificate_expired_has_to_do_with_time,
    incidents_and_slowness_are_no_parts)
