/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPREADING_H
#define HEPREADING_H

#include "net/hepmsg.h"
#include "net/portset.h"
#include "pipeline/event.h"

/*
 * The reader's half of HEP: from a packet of an agent to the message in it.
 * Packets that cannot be used are counted by the reason.
 */

struct hepreading;

enum { HEPREADING_KEY = 208 };

struct hepreading_limits {
	struct portset ports;     /* UDP whose packets are read as HEP */
	char key[HEPREADING_KEY]; /* that agents must send; "": none */
};

/* NULL when out of memory; the caller frees it. */
struct hepreading *hepreading_new(const struct hepreading_limits *limits);
void hepreading_free(struct hepreading *h);
void hepreading_set(struct hepreading *h, const struct hepreading_limits *);

enum hepreading_answer {
	HEPREADING_USABLE,   /* *m has both addresses, and its payload inflated,
			      * which is borrowed until the next call */
	HEPREADING_USELESS,  /* there is nothing in it to go on with */
	HEPREADING_OTHER_KEY /* .. or it must not be heard */
};

/* Reads the first packet of *octets, of which another of HEP 3 may be left. */
enum hepreading_answer hepreading_packet(
    struct hepreading *h, struct slice *octets, struct hepmsg *m);

/* Is an agent's stamp nothing to compare with?  It is if there is none, or if
 * it is so far from `wall', our clock at its arrival, that the agent has
 * another clock or the packet waited. */
#define HEPREADING_DOUBTFUL (5 * NSTIME_S)
bool hepreading_is_doubtful(nstime stamp, nstime wall);

/* Where a SIP message was seen, but for its times; its Via may tell the
 * transport better than the agent did. */
struct origin hepreading_origin(const struct hepmsg *m, enum transport by_via);

/* hep.malformed, hep.wrong_key, hep.no_address, hep.no_payload,
 * hep.other_payload, hep.not_inflated, hep.bad_stamp, hep.no_memory */
void hepreading_stats(
    const struct hepreading *h, counter_output *output, void *arg);

#endif
