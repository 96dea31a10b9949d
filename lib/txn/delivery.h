/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DELIVERY_H
#define DELIVERY_H

#include <stdbool.h>

#include "base/nstime.h"
#include "net/endpoint.h"

/*
 * The facts a tap has about the path of a transaction at its outcome: whether
 * the request was delivered, and whether a response would have been seen.
 */
struct delivery {
	bool acknowledged;   /* TCP: its octets were, and no gap came after */
	bool undelivered;    /* TCP: never acknowledged, resent or reset */
	bool unreachable;    /* ICMP error, no earlier than the last copy */
	bool reverse_seen;   /* packets of uas to uac were seen since */
	bool reverse_lately; /* .. or in the minutes before */
	bool confirmed; /* TCP: long after it the client sent more octets, and
			 * had received none of the server by then */
	bool lossy;     /* gaps elsewhere show that packets are being lost */
	bool hung_up;   /* TCP: the client closed it within 20 s of sending */
	bool lost;      /* drops or gaps since it was sent */
	nstime closed_after;     /* TCP: the server closed or reset it so long
				  * after the request was sent; 0: it did not */
	bool server_log;         /* the server's own log shows that it failed */
	struct endpoint proxied; /* TCP: the client that a load balancer named;
				  * without an address: none */
	bool worked;             /* uas has answered uac before */
};

#endif
