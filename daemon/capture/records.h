/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RECORDS_H
#define RECORDS_H

#include <pcap/pcap.h>

#include "base/slice.h"

/*
 * The packets of a pcap file, borrowed from large blocks of it: libpcap reads
 * each in two pieces and copies it twice.  It is still libpcap that opens the
 * file and knows what it is, and reads whatever is not of this kind.
 */

struct records;

/*
 * Go on where libpcap stands after it has opened a file.  NULL: it is no
 * regular file, not of version 2.4, or there is no memory; then libpcap shall
 * read it.  The caller frees it with records_free(), before the pcap.
 */
struct records *records_new(pcap_t *pcap);
void records_free(struct records *r);

/*
 * As pcap_next_ex() with stamps of nanoseconds: 1, and *header and *octets
 * are borrowed until the next call; PCAP_ERROR_BREAK at the end; PCAP_ERROR,
 * see records_error().
 */
int records_next(
    struct records *r, struct pcap_pkthdr **header, const uint8_t **octets);

/* What is wrong, in libpcap's words. */
const char *records_error(const struct records *r);

/* Octets of the file that were read so far. */
uint64_t records_octets(const struct records *r);

#endif
