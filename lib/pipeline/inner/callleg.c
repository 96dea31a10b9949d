/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/callleg.h"

void
callleg_begin(struct callleg *leg, uint32_t number, const struct event *event)
{
	const struct sip_message *m = event->message.message;
	const struct origin *o = &event->message.origin;

	*leg = (struct callleg){
		.number = number,
		.is_invite = slice_is(m->method, "INVITE"),
		.begun = o->now,
		.client = m->is_request ? o->from.address : o->to.address,
		.server = m->is_request ? o->to : o->from,
	};
}

bool
callleg_request(struct callleg *leg)
{
	const bool again = leg->asked;

	leg->asked = true;
	return !again;
}

/* A refusal for the media, and signs that the sender gave up. */
static bool
is_trouble(unsigned status)
{
	return status == 488 || status == 408 || status == 504;
}

bool
callleg_response(struct callleg *leg, unsigned status, bool *again)
{
	const bool two_finals = leg->status >= 200 && status >= 200;

	*again = status <= leg->status;
	if (status > leg->status)
		leg->status = status;
	return !two_finals && !is_trouble(status);
}

bool
callleg_is_settled(const struct callleg *leg)
{
	return leg->number == 0 || (leg->asked && leg->status >= 200);
}

bool
callleg_rings(const struct callleg *leg)
{
	return leg->is_invite && leg->status > 100 && leg->status < 200 &&
	    leg->cancelled == 0;
}

nstime
callleg_due(const struct callleg *leg, const struct callleg_times *times)
{
	if (callleg_is_settled(leg))
		return NSTIME_NEVER;
	if (leg->status == 0 && !leg->told)
		return nstime_after(leg->begun, times->hold);
	if (leg->status > 0 && leg->cancelled != 0)
		return nstime_after(leg->cancelled, times->stall);
	if (callleg_rings(leg))
		return nstime_after(leg->begun, times->ringing);
	if (leg->status > 0 && leg->status < 200)
		return nstime_after(leg->begun, times->stall);
	return nstime_after(leg->begun, times->patience);
}
