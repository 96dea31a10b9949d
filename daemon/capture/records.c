/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	LARGEST = 262144, /* packet: libpcap takes no larger ones */
	BLOCK = 32 * 1024 /* read at a time: it stays in the cache */
};

struct records {
	int fd;
	off_t offset; /* in the file, of the end of what was read */
	bool swapped, nanoseconds;
	uint32_t snaplen;
	struct pcap_pkthdr header;
	const char *error;
	size_t begin, end; /* in octets[]: what was not used yet */
	uint8_t octets[RECORD_HEADER + LARGEST + BLOCK];
};

static bool
is_ours(pcap_t *pcap, uint32_t magic)
{
	const uint32_t as_written =
	    pcap_is_swapped(pcap) ? __builtin_bswap32(magic) : magic;

	return pcap_major_version(pcap) == 2 && pcap_minor_version(pcap) == 4 &&
	    (as_written == 0xa1b2c3d4 || as_written == 0xa1b23c4d);
}

struct records *
records_new(pcap_t *pcap)
{
	const int fd = fileno(pcap_file(pcap));
	struct records *r;
	struct stat st;
	uint32_t magic;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    ftello(pcap_file(pcap)) != FILE_HEADER ||
	    pread(fd, &magic, sizeof(magic), 0) != sizeof(magic) ||
	    !is_ours(pcap, magic))
		return NULL;
	r = malloc(sizeof(*r));
	if (r == NULL)
		return NULL;
	r->fd = fd;
	r->offset = FILE_HEADER;
	r->swapped = pcap_is_swapped(pcap) != 0;
	r->nanoseconds = magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
	r->snaplen = (uint32_t)pcap_snapshot(pcap);
	r->error = "";
	r->begin = r->end = 0;
	return r;
}

void
records_free(struct records *r)
{
	free(r);
}

static ssize_t
read_block(struct records *r)
{
	ssize_t got;

	memmove(r->octets, r->octets + r->begin, r->end - r->begin);
	r->end -= r->begin;
	r->begin = 0;
	do
		got = pread(r->fd, r->octets + r->end, BLOCK, r->offset);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		r->end += (size_t)got;
		r->offset += got;
	}
	return got;
}

/* Have `octets' or more in hand, at most a header and LARGEST. */
static int
have(struct records *r, size_t octets)
{
	while (r->end - r->begin < octets) {
		const ssize_t got = read_block(r);

		if (got > 0)
			continue;
		if (got == 0 && r->end == r->begin)
			return PCAP_ERROR_BREAK;
		r->error = got < 0 ? strerror(errno) : "truncated";
		return PCAP_ERROR;
	}
	return 1;
}

static uint32_t
number(const struct records *r, size_t at)
{
	uint32_t n;

	memcpy(&n, r->octets + r->begin + at, sizeof(n));
	return r->swapped ? __builtin_bswap32(n) : n;
}

int
records_next(
    struct records *r, struct pcap_pkthdr **header, const uint8_t **octets)
{
	int result = have(r, RECORD_HEADER);
	struct pcap_pkthdr *h = &r->header;
	uint32_t caplen;

	if (result != 1)
		return result;
	caplen = number(r, 8);
	h->ts.tv_sec = (int32_t)number(r, 0);
	h->ts.tv_usec = (int32_t)number(r, 4);
	if (!r->nanoseconds)
		h->ts.tv_usec *= 1000;
	h->len = number(r, 12);
	h->caplen = caplen < r->snaplen ? caplen : r->snaplen;
	if (caplen > LARGEST) {
		r->error = "a packet longer than any can be";
		return PCAP_ERROR;
	}
	result = have(r, RECORD_HEADER + caplen);
	if (result != 1)
		return result;
	*header = h;
	*octets = r->octets + r->begin + RECORD_HEADER;
	r->begin += RECORD_HEADER + caplen;
	return 1;
}

const char *
records_error(const struct records *r)
{
	return r->error;
}

uint64_t
records_octets(const struct records *r)
{
	return (uint64_t)r->offset;
}
