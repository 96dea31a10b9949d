/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/visibilitytext.h"

#include "unit/event.h"
#include "unit/unit.h"

static char store[1000];
static struct textbuf t;
static struct evidence e;

static const char *
trouble(const struct alert_event *event)
{
	textbuf_init(&t, store, sizeof(store));
	visibilitytext_visibility.trouble(&t, event);
	return store;
}

START_TEST(each_blindness_is_one_sentence)
{
	const struct alert_event event = event_of(FINDING_VISIBILITY, &e, "x");

	evidence_init(&e);
	evidence_text(&e, "class", "one_way");
	evidence_text(&e, "a", "10.0.0.11");
	evidence_text(&e, "b", "10.0.0.21");
	evidence_integer(&e, "transactions_unknown", 20);
	ck_assert_str_eq(trouble(&event),
	    "packets of 10.0.0.21 to 10.0.0.11 are not seen, only the other "
	    "way; 20 transactions cannot be judged; since 18:22:07Z");
	evidence_init(&e);
	evidence_text(&e, "class", "loss");
	evidence_text(&e, "interface", "eth1");
	evidence_integer(&e, "transactions_unknown", 1);
	ck_assert_str_eq(trouble(&event),
	    "capture on eth1: packets were lost before they got here; 1 "
	    "transaction cannot be judged; since 18:22:07Z");
	evidence_init(&e);
	evidence_text(&e, "class", "truncated");
	ck_assert_str_eq(trouble(&event),
	    "capture: SIP messages are cut by the snaplen; since 18:22:07Z");
}
END_TEST

UNIT("visibilitytext", each_blindness_is_one_sentence)
