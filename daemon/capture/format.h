/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FORMAT_H
#define FORMAT_H

#include "base/counter.h"
#include "capture/window.h"
#include "net/packet.h"
#include "net/pcapng.h"

/*
 * The formats of savefiles: one struct of functions each, over one window.
 */

enum format_result {
	FORMAT_PACKET,
	FORMAT_BAD_STAMP, /* a packet before 1970, or after 2200 */
	FORMAT_END,
	FORMAT_CUT,    /* it ends within a packet */
	FORMAT_DAMAGED /* see error() */
};

/* The facts that a file records about its capture. */
struct format_facts {
	bool has_end;
	nstime end;       /* it went on until then */
	uint64_t dropped; /* and that many packets were lost */
	bool unstamped;   /* it has packets without stamps */
};

/* Secrets found in a file are passed to `output'; NULL: they are ignored. */
struct format_secrets {
	pcapng_secrets *output;
	void *arg;
};

struct format {
	/* Octets that the window must be able to hold. */
	size_t window;

	/* The window is known to begin with this format.  0; -EINVAL: it ends
	 * within its header; -ENOTSUP: a kind that it cannot read, and the
	 * window was left as it was; -ENOMEM; -errno of the file.  *reader is
	 * freed with free(), before the window. */
	int (*new)(struct window *window, const struct format_secrets *secrets,
	    void **reader);
	void (*free)(void *reader);

	/* The next packet: octets (borrowed until the next call), len,
	 * datalink, wall and unstamped. */
	enum format_result (*next)(void *reader, struct packet *packet);

	const char *(*error)(const void *reader);

	/* NULL: the format records no facts. */
	void (*facts)(const void *reader, struct format_facts *facts);
	void (*stats)(const void *reader, counter_output *output, void *arg);
};

/* Octets of a packet; a file that has longer ones is damaged. */
enum { FORMAT_LARGEST = 262144 };

/* pcap of version 2.4, of microseconds or nanoseconds. */
extern const struct format records_format;

/* pcapng */
extern const struct format blocks_format;

/* Traces of Lync and Skype for Business. */
extern const struct format traces_format;

/* Older pcap and its dialects, by libpcap. */
extern const struct format oldpcap_format;

/* The stamp of a pcap record, whose 32 bits for the seconds are taken for
 * unsigned: what would be 2100 or later is rather damage.  `fraction' is in
 * nanoseconds.  False: unusable. */
bool format_stamp(uint32_t seconds, int64_t fraction, nstime *wall);

#endif
