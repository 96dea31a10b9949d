/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "sip/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* Every octet of every value is read, so that ASan sees a slice gone astray. */
static unsigned
touch(struct slice s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum += s.p[i];
	return sum;
}

static unsigned
touch_all(const struct sip_message *m)
{
	return touch(m->start_line) + touch(m->method) + touch(m->request_uri) +
	    touch(m->reason) + touch(m->call_id) + touch(m->from) +
	    touch(m->to) + touch(m->from_tag) + touch(m->to_tag) +
	    touch(m->via_transport) + touch(m->via_host) +
	    touch(m->via_branch) + touch(m->via_bottom_host) + touch(m->date) +
	    touch(m->content_type) + touch(m->user_agent) + touch(m->body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static const struct message_limits limits = { .octets = 4096,
		.headers = 100 };
	static struct message *parser;
	static volatile unsigned sum;
	struct sip_message m;

	message_init();
	if (parser == NULL)
		parser = message_new(&limits);
	if (message_parse(parser, slice_of(octets, len), &m) != MESSAGE_PARSED)
		return 0;
	sum = touch_all(&m);
	(void)sum;
	if (m.vias == 0 || m.call_id.len == 0 || m.method.len == 0 ||
	    m.via_host.len == 0)
		__builtin_trap();
	return 0;
}
