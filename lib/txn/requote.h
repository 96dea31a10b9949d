/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REQUOTE_H
#define REQUOTE_H

#include "sip/message.h"
#include "txn/outcome.h"
#include "txn/txntext.h"

/*
 * The scanner may match, but libosip2 judges what is reported (DESIGN section
 * 5).  When a transaction is reported its request has long passed; its texts
 * were kept.  They are put together to a head again, with the sender's address
 * in the Via, for libosip2 to parse in full.
 */

enum requote_answer {
	REQUOTE_SAME,    /* it reads them as the scanner did */
	REQUOTE_OTHER,   /* it does not: *outcome has its texts now */
	REQUOTE_REFUSED, /* it does not take them; *outcome is untouched */
	REQUOTE_CUT      /* a text was too long to be kept whole: not asked */
};

/* Room for five texts, a method and the header names around them. */
struct requote_head {
	uint8_t octets[6 * TXNTEXT_MAX + 512];
	size_t len;
	bool full;
};

/* For an outcome with texts.  The texts put into it are borrowed from *head,
 * and from the parser until its next parse. */
enum requote_answer requote(
    struct message *parser, struct requote_head *head, struct outcome *outcome);

#endif
