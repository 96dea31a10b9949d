/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/linkfilter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

enum { MAX_LINKS = 16, SNAPLEN = 262144 };

struct link {
	int datalink;
	bool usable;
	struct bpf_program program;
};

struct linkfilter {
	const char *text;
	size_t count;
	struct link links[MAX_LINKS];
};

struct linkfilter *
linkfilter_new(const char *text)
{
	struct linkfilter *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->text = text;
	return f;
}

void
linkfilter_free(struct linkfilter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		if (f->links[i].usable)
			pcap_freecode(&f->links[i].program);
	free(f);
}

/* They differ here for what a savefile may have and libpcap compiles for. */
static int
dlt_of(int linktype)
{
	return linktype == 101 ? DLT_RAW : linktype;
}

static bool
compile(
    struct linkfilter *f, int datalink, struct link *link, struct textbuf *why)
{
	pcap_t *dead = pcap_open_dead(dlt_of(datalink), SNAPLEN);

	*link = (struct link){ .datalink = datalink };
	if (dead == NULL)
		return false;
	link->usable = pcap_compile(dead, &link->program, f->text, 1,
			   PCAP_NETMASK_UNKNOWN) == 0;
	if (!link->usable && why != NULL)
		textbuf_add(why, pcap_geterr(dead));
	pcap_close(dead);
	return link->usable;
}

/* NULL: there are too many links. */
static const struct link *
link_of(struct linkfilter *f, int datalink, struct textbuf *why)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->links[i].datalink == datalink)
			return &f->links[i];
	if (f->count == MAX_LINKS)
		return NULL;
	compile(f, datalink, &f->links[f->count], why);
	return &f->links[f->count++];
}

int
linkfilter_check(struct linkfilter *f, int datalink, struct textbuf *why)
{
	return link_of(f, datalink, why)->usable ? 0 : -EINVAL;
}

bool
linkfilter_passes(struct linkfilter *f, const struct packet *packet)
{
	const struct link *link = link_of(f, packet->datalink, NULL);
	const struct pcap_pkthdr header = {
		.caplen = (bpf_u_int32)packet->octets.len,
		.len = (bpf_u_int32)packet->len,
	};

	return link != NULL && link->usable &&
	    pcap_offline_filter(&link->program, &header, packet->octets.p) != 0;
}
