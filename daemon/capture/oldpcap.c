/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/format.h"

/*
 * libpcap reads more than pcap 2.4: older versions, and the records of Alexey
 * Kuznetsov's and other patched tcpdumps.  It takes a stream, so the window is
 * made to look like one.
 */

struct oldpcap {
	struct window *window;
	pcap_t *pcap; /* owns its stream */
	char reason[PCAP_ERRBUF_SIZE];
};

static ssize_t
read_window(void *cookie, char *octets, size_t len)
{
	struct window *w = cookie;
	const int got = window_need(w, 1);
	const struct slice s = slice_first(window_octets(w), len);

	if (got < 0) {
		errno = -got;
		return -1;
	}
	if (s.len > 0)
		memcpy(octets, s.p, s.len);
	window_take(w, s.len);
	return (ssize_t)s.len;
}

static void
oldpcap_free(void *reader)
{
	struct oldpcap *d = reader;

	if (d->pcap != NULL)
		pcap_close(d->pcap);
	free(d);
}

static int
oldpcap_new(
    struct window *window, const struct format_secrets *secrets, void **reader)
{
	const cookie_io_functions_t functions = { .read = read_window };
	FILE *stream = fopencookie(window, "r", functions);
	struct oldpcap *d = calloc(1, sizeof(*d));

	(void)secrets;
	if (stream == NULL || d == NULL) {
		if (stream != NULL)
			fclose(stream);
		free(d);
		return -ENOMEM;
	}
	d->window = window;
	d->pcap = pcap_fopen_offline_with_tstamp_precision(
	    stream, PCAP_TSTAMP_PRECISION_NANO, d->reason);
	if (d->pcap == NULL)
		fclose(stream);
	*reader = d;
	return d->pcap == NULL ? -ENOTSUP : 0;
}

static enum format_result
oldpcap_next(void *reader, struct packet *packet)
{
	struct oldpcap *d = reader;
	struct pcap_pkthdr *header;
	const u_char *octets;
	const int got = pcap_next_ex(d->pcap, &header, &octets);

	if (got == PCAP_ERROR_BREAK)
		return FORMAT_END;
	/* libpcap distinguishes failures only by the text of the error. */
	if (got != 1)
		return strstr(pcap_geterr(d->pcap), "truncated") != NULL
		    ? FORMAT_CUT
		    : FORMAT_DAMAGED;
	packet->octets = slice_of(octets, header->caplen);
	packet->len =
	    header->len < header->caplen ? header->caplen : header->len;
	packet->datalink = pcap_datalink(d->pcap);
	packet->unstamped = packet->zoneless = false;
	return format_stamp((uint32_t)header->ts.tv_sec, header->ts.tv_usec,
		   &packet->wall)
	    ? FORMAT_PACKET
	    : FORMAT_BAD_STAMP;
}

static const char *
oldpcap_error(const void *reader)
{
	const struct oldpcap *d = reader;

	return d->pcap == NULL ? d->reason : pcap_geterr(d->pcap);
}

const struct format oldpcap_format = {
	.window = FORMAT_LARGEST,
	.new = oldpcap_new,
	.free = oldpcap_free,
	.next = oldpcap_next,
	.error = oldpcap_error,
};
