/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "base/textbuf.h"
#include "capture/filter.h"
#include "net/packet.h"

/*
 * One interface, captured by libpcap: TPACKET_V3 ring, promiscuous, never
 * transmitting.  An interface that is down, gone, or not there yet is not the
 * end: capture_open() is tried again until it is back (polling, since netlink
 * would need another address family in the sandbox).
 */

struct capture;

struct capture_setup {
	const char *interface; /* copied; capture_set() ignores it */
	unsigned source;       /* packet.source; likewise */
	unsigned fanout_group, fanout_members; /* 0: all packets; likewise */
	int snaplen;
	int buffer; /* octets of the kernel ring */
	bool promiscuous;
	struct filter_wanted
	    filter; /* borrowed, until the next capture_set() */
};

/* NULL when out of memory.  Opens nothing.  The caller frees it. */
struct capture *capture_new(const struct capture_setup *setup);
void capture_free(struct capture *c);

/*
 * Open the interface.  0, or -errno with `why' written for a person: -ENODEV
 * and -ENETDOWN may pass (try again later), -EPERM, -EINVAL (the filter does
 * not compile here) and -EPROTONOSUPPORT (no IP in this datalink) will not.
 */
int capture_open(struct capture *c, struct textbuf *why);

bool capture_is_open(const struct capture *c);
void capture_close(struct capture *c);

const char *capture_interface(const struct capture *c);

/* Does the kernel filter?  If the filter is too much for it, packets that do
 * not pass are copied here all the same and then dropped. */
bool capture_in_kernel(const struct capture *c);

/* Readable when packets wait; -1 while closed. */
int capture_descriptor(const struct capture *c);

/*
 * Is what was opened still there?  0, -ENETDOWN (it goes on by itself when it
 * is up again), or -ENODEV: it is gone, or another of its name took its place;
 * close and open it.
 */
int capture_state(struct capture *c);

/* `now' of the packet is 0: the caller knows the time. */
typedef void capture_output(void *arg, const struct packet *packet);

/*
 * Hand over what waits, `most' packets at a time.  How many there were, or
 * -errno: the interface went away, close it.
 */
int capture_dispatch(
    struct capture *c, int most, capture_output *output, void *arg);

/*
 * Packets the kernel or the interface dropped since the last call.  To ask
 * them costs five system calls, so they are asked only when a packet was read
 * or capture_state() was called since: a ring that overflows is being read.
 */
uint64_t capture_dropped(struct capture *c);

/* Would this filter compile on the open interface?  0, or -errno and why. */
int capture_check(
    struct capture *c, const struct filter_wanted *filter, struct textbuf *why);

/*
 * Another setup for the same interface.  A filter is put into force at once,
 * the rest when the interface is opened again: true, it must be for that.
 */
bool capture_set(struct capture *c, const struct capture_setup *setup);

#endif
