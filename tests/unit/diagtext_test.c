/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/diagtext.h"

#include "incidentstory.h"
#include "unit.h"

static struct evidence e;
static char text[2000];

static const char *
sentence(const struct kindtext *kind, const char *subject)
{
	const struct alert_event event = {
		.subject = slice_text(subject),
		.count = 1,
		.first_seen = START,
		.evidence = &e,
	};
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	kind->trouble(&t, &event);
	return text;
}

START_TEST(a_refusal_of_credentials_names_the_reason_and_the_consequence)
{
	evidence_init(&e);
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_integer(&e, "status", 200);
	evidence_text(&e, "reason_phrase", "Server Busy");
	evidence_text(&e, "client", "10.0.0.11:50000");
	ck_assert_str_eq(sentence(&diagtext_mras_failure, "10.0.0.21:5062"),
	    "10.0.0.21:5062 refuses media relay credentials to "
	    "10.0.0.11:50000: 200 \"Server Busy\"; since 18:22:00Z; users see "
	    "\"Limited External Calling\"");
}
END_TEST

START_TEST(both_sides_encryption_is_told)
{
	evidence_init(&e);
	evidence_integer(&e, "status", 488);
	evidence_integer(&e, "diagnostic_id", 52017);
	evidence_text(&e, "reason", "Encryption levels dont match");
	evidence_text(&e, "offer_level", "required");
	ck_assert_str_eq(
	    sentence(&diagtext_media_encryption, "example.com, live.com"),
	    "a call of example.com, live.com was refused since media "
	    "encryption does not match: 488 \"Encryption levels dont match\"; "
	    "the caller requires encrypted media, so the callee does not "
	    "support it; since 18:22:00Z");
	evidence_text(&e, "peer_level", "not_supported");
	ck_assert_ptr_nonnull(strstr(sentence(&diagtext_media_encryption, "a"),
	    "; the callee does not encrypt media; since"));
}
END_TEST

START_TEST(a_diagnostic_is_told_with_its_meaning_and_remedy)
{
	evidence_init(&e);
	evidence_integer(&e, "diagnostic_id", 1007);
	evidence_text(&e, "reason", "Temporarily cannot route");
	evidence_text(&e, "source", "fe.example.com");
	evidence_text(&e, "server", "10.0.0.11:5061");
	evidence_text(&e, "meaning", "the next hop is marked down");
	evidence_text(&e, "remedy", "test TCP to it");
	ck_assert_str_eq(sentence(&diagtext_sip_diagnostic, "10.0.0.11:5061"),
	    "10.0.0.11:5061 reports ms-diagnostics 1007 \"Temporarily cannot "
	    "route\" from fe.example.com: the next hop is marked down; since "
	    "18:22:00Z; what to do: test TCP to it");
}
END_TEST

UNIT("diagtext", a_refusal_of_credentials_names_the_reason_and_the_consequence,
    both_sides_encryption_is_told,
    a_diagnostic_is_told_with_its_meaning_and_remedy)
