/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCAN_H
#define SCAN_H

#include "sip/message.h"
#include "sip/scanlines.h"

/*
 * The fast way to a struct sip_message: one pass over the octets of a message
 * that is written as nearly all are, without allocation.  It is no second
 * grammar.  It returns PARSED only where libosip2 would accept the message and
 * message_parse() would fill every field with the same text; a message with
 * anything folded, escaped, doubled or merely unusual is left to
 * message_parse(), which stays the authority.
 */

enum scan_verdict {
	SCAN_PARSED,
	SCAN_IRREGULAR, /* message_parse() must look */
	SCAN_FOREIGN    /* message_parse() counts the reason */
};

/* All slices point into `octets'.  `known' lines are remembered from message to
 * message; NULL: none are.  *m is undefined on anything but
 * SCAN_PARSED: it is filled in place, a copy would cost a tenth of the scan. */
enum scan_verdict scan_message(struct slice octets,
    const struct message_limits *limits, struct scanlines *known,
    struct sip_message *m);

#endif
