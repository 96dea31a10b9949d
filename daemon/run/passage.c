/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/passage.h"

void
passage_minute(struct passage *p, const char *interface, struct judge *judge,
    nstime now, nstime wall, const struct log *log)
{
	const struct visibility_minute minute = {
		.interface = interface,
		.captured = p->captured,
		.dropped = p->dropped,
	};

	p->dropped_before += p->dropped;
	if (p->dropped > 0)
		log_warning(log,
		    "%s: %llu packets dropped within a minute, %llu since the "
		    "start",
		    interface != NULL ? interface : "an interface",
		    (unsigned long long)p->dropped,
		    (unsigned long long)p->dropped_before);
	p->captured = 0;
	p->dropped = 0;
	if (interface != NULL)
		judge_minute(judge, &minute, now, wall);
}
