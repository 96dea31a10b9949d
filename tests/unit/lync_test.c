/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/lync.h"

#include <stdio.h>

#include "sip/message.h"
#include "sip/mras.h"
#include "sip/mrasbody.h"
#include "sip/msdiag.h"
#include "sip/scan.h"
#include "sip/sipdate.h"
#include "unit.h"

/*
 * Whole messages of Lync through every reader of lib/sip: they are parsed, and
 * what matters is found in them.
 */

static struct message *parser;

static struct sip_message
parsed(struct slice octets)
{
	const struct message_limits limits = { 65536, 1000 };
	struct sip_message m;

	message_init();
	if (parser == NULL)
		parser = message_new(&limits);
	ck_assert_ptr_nonnull(parser);
	ck_assert_int_eq(message_parse(parser, octets, &m), MESSAGE_PARSED);
	return m;
}

static struct msdiag
diagnostic(const char *message, unsigned number)
{
	struct slice rest = msdiag_begin(slice_text(message));
	struct msdiag d = { .id = 0 };

	while (number-- > 0)
		ck_assert(msdiag_next(&rest, &d));
	return d;
}

START_TEST(an_mras_request_is_recognized)
{
	const struct sip_message m = parsed(slice_text(LYNC_MRAS_REQUEST));
	struct mrasbody body;

	ck_assert(mras_is_request(&m));
	ck_assert_uint_eq(m.vias, 2);
	ck_assert_uint_eq(m.body.len, 204);
	ck_assert(mrasbody_parse(m.body, &body));
	ck_assert(!body.is_response);
}
END_TEST

START_TEST(its_answer_has_credentials)
{
	const struct sip_message m = parsed(slice_text(LYNC_MRAS_RESPONSE));
	struct mrasbody body;

	ck_assert_uint_eq(m.status, 200);
	ck_assert(slice_is(m.method, "SERVICE"));
	ck_assert(mrasbody_parse(m.body, &body));
	ck_assert(body.has_credentials && mrasbody_succeeded(&body));
}
END_TEST

START_TEST(a_challenge_has_a_date_and_a_200_has_none)
{
	struct sip_message m = parsed(slice_text(LYNC_CHALLENGE));
	struct sipdate_stats stats = { 0 };
	struct sipdate date;

	ck_assert(sipdate_parse(m.date, &date, &stats));
	ck_assert_uint_eq(date.forms, 0);
	m = parsed(slice_text(LYNC_REGISTERED));
	ck_assert_uint_eq(m.date.len, 0);
	ck_assert_uint_eq(m.via_branch.len, 0);
}
END_TEST

START_TEST(errors_have_their_diagnostics)
{
	ck_assert_uint_eq(parsed(slice_text(LYNC_504)).status, 504);
	ck_assert_uint_eq(diagnostic(LYNC_504, 1).id, 1009);
	ck_assert(slice_is(diagnostic(LYNC_504, 1).source, "sip.example.com"));
	ck_assert_uint_eq(parsed(slice_text(LYNC_SERVICE_FAILED)).status, 504);
	ck_assert_uint_eq(diagnostic(LYNC_SERVICE_FAILED, 1).id, 9003);
}
END_TEST

START_TEST(a_488_tells_encryption_from_other_reasons)
{
	ck_assert_uint_eq(parsed(slice_text(LYNC_488)).status, 488);
	ck_assert_uint_eq(diagnostic(LYNC_488, 1).id, 52017);
	ck_assert(slice_is(
	    diagnostic(LYNC_488, 1).reason, "Encryption levels dont match"));
	ck_assert(slice_is(parsed(slice_text(LYNC_488_OLD)).reason,
	    "Encryption Levels not compatible"));
	ck_assert_uint_eq(parsed(slice_text(LYNC_488_OTHER)).status, 488);
	ck_assert_uint_eq(diagnostic(LYNC_488_OTHER, 1).id, 1037);
	ck_assert_uint_eq(diagnostic(LYNC_488_OTHER, 2).id, 52063);
}
END_TEST

/* Real ones, where the corpus is there. */
START_TEST(messages_of_the_corpus_are_read)
{
	static const struct {
		const char *name;
		unsigned status; /* 0: a request */
	} files[] = {
		{ "ocs2007-401-register-date.sip", 401 },
		{ "ocs2007r2-register-ntlm.sip", 0 },
		{ "ocs2007r2-rtc3.5-200-register-nodate.sip", 200 },
	};
	static char octets[65536];
	const char *corpus = getenv("CORPUS");

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[512];
		struct sip_message m;
		FILE *file;
		size_t len;

		snprintf(path, sizeof(path), "%s/lync-text/%s",
		    corpus == NULL ? "../shared/corpus" : corpus,
		    files[i].name);
		file = fopen(path, "r");
		if (file == NULL) {
			fprintf(stderr, "lync_test: no %s: skipped\n", path);
			continue;
		}
		len = fread(octets, 1, sizeof(octets), file);
		fclose(file);
		m = parsed(slice_of(octets, len));
		ck_assert_uint_eq(m.status, files[i].status);
		ck_assert(slice_is(m.method, "REGISTER"));
		ck_assert_uint_eq(m.via_branch.len > 0, files[i].status == 401);
		ck_assert_uint_eq(m.date.len > 0, files[i].status == 401);
	}
}
END_TEST

UNIT("lync", an_mras_request_is_recognized, its_answer_has_credentials,
    a_challenge_has_a_date_and_a_200_has_none, errors_have_their_diagnostics,
    a_488_tells_encryption_from_other_reasons, messages_of_the_corpus_are_read)
