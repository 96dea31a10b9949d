/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "capture/fanout_group.h"
#include "capture/nic.h"
#include "host/wallclock.h"

enum { NAME = 64 };

/*
 * A ring's block is handed over when it is full, or when its timer finds it
 * begun for a whole period: the latency of a packet on a quiet mirror is up
 * to twice this.  See LATENESS in live.c.
 */
enum { BLOCK_MS = 10 };

/*
 * libpcap hands over packet by packet out of the blocks of its ring, without a
 * copy.  Its loop is 1 % of the CPU that a SIP packet takes here, and 1.7 %
 * where 95 % is RTP, which the filter drops before the ring: a loop of our own
 * over the blocks would gain no more than that.
 */
struct capture {
	struct capture_setup setup;
	char interface[NAME];
	pcap_t *pcap;
	unsigned index; /* 0: it has none, as "any" */
	int datalink;
	bool nanoseconds;
	bool in_kernel;                            /* its filter is */
	unsigned last_drops, last_interface_drops; /* pcap_stats() wraps */
	bool ask; /* something may have been dropped since they were read */
	capture_output *output; /* during a dispatch */
	void *arg;
};

struct capture *
capture_new(const struct capture_setup *setup)
{
	struct capture *c = calloc(1, sizeof(*c));
	struct textbuf name;

	if (c == NULL)
		return NULL;
	textbuf_init(&name, c->interface, sizeof(c->interface));
	textbuf_add(&name, setup->interface);
	c->setup = *setup;
	c->setup.interface = c->interface;
	return c;
}

void
capture_free(struct capture *c)
{
	if (c == NULL)
		return;
	capture_close(c);
	free(c);
}

void
capture_close(struct capture *c)
{
	if (c->pcap != NULL)
		pcap_close(c->pcap);
	c->pcap = NULL;
}

bool
capture_is_open(const struct capture *c)
{
	return c->pcap != NULL;
}

const char *
capture_interface(const struct capture *c)
{
	return c->interface;
}

int
capture_descriptor(const struct capture *c)
{
	return c->pcap == NULL ? -1 : pcap_get_selectable_fd(c->pcap);
}

/* libpcap's reasons as errno: which of them may pass? */
static int
errno_of(int status)
{
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return -ENODEV;
	case PCAP_ERROR_IFACE_NOT_UP:
		return -ENETDOWN;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return -EPERM;
	default:
		return -EIO;
	}
}

static int
fail(struct textbuf *why, int error, const char *text)
{
	textbuf_add(why, text);
	return error;
}

static int
activate(struct capture *c, struct textbuf *why)
{
	char error[PCAP_ERRBUF_SIZE];
	int status;

	/* Before, so that one that comes in between is found out. */
	c->index = nic_index(c->interface);
	c->pcap = pcap_create(c->interface, error);
	if (c->pcap == NULL)
		return fail(why, -EIO, error);
	pcap_set_snaplen(c->pcap, c->setup.snaplen);
	pcap_set_buffer_size(c->pcap, c->setup.buffer);
	pcap_set_promisc(c->pcap, c->setup.promiscuous);
	pcap_set_timeout(c->pcap, BLOCK_MS);
	pcap_set_tstamp_precision(c->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(c->pcap);
	if (status < 0) {
		const char *reason = pcap_geterr(c->pcap);

		return fail(why, errno_of(status),
		    reason[0] != '\0' ? reason : pcap_statustostr(status));
	}
	c->datalink = pcap_datalink(c->pcap);
	c->nanoseconds =
	    pcap_get_tstamp_precision(c->pcap) == PCAP_TSTAMP_PRECISION_NANO;
	if (pcap_setnonblock(c->pcap, 1, error) != 0)
		return fail(why, -EIO, error);
	return 0;
}

/* Where the kernel does not take a filter, libpcap does without it and drops
 * what does not pass here.  Other things than sockets are not asked. */
static bool
kernel_filters(const struct capture *c)
{
	socklen_t len = 0;

	return getsockopt(pcap_fileno(c->pcap), SOL_SOCKET, SO_GET_FILTER, NULL,
		   &len) != 0 ||
	    len > 0;
}

static int
apply_filter(struct capture *c, struct textbuf *why)
{
	struct bpf_program program;
	int error = filter_compile(c->pcap, &c->setup.filter, &program, why);

	if (error != 0)
		return error;
	if (pcap_setfilter(c->pcap, &program) != 0)
		error = fail(why, -EINVAL, pcap_geterr(c->pcap));
	c->in_kernel = kernel_filters(c);
	pcap_freecode(&program);
	return error;
}

bool
capture_in_kernel(const struct capture *c)
{
	return c->in_kernel;
}

int
capture_check(
    struct capture *c, const struct filter_wanted *filter, struct textbuf *why)
{
	struct bpf_program program;
	int error;

	if (c->pcap == NULL)
		return 0;
	error = filter_compile(c->pcap, filter, &program, why);
	if (error == 0)
		pcap_freecode(&program);
	return error;
}

bool
capture_set(struct capture *c, const struct capture_setup *setup)
{
	const struct capture_setup before = c->setup;
	char store[1];
	struct textbuf why;

	c->setup = *setup;
	c->setup.interface = c->interface;
	c->setup.source = before.source;
	c->setup.fanout_group = before.fanout_group;
	c->setup.fanout_members = before.fanout_members;
	if (c->pcap == NULL)
		return false;
	textbuf_init(&why, store, sizeof(store));
	return before.snaplen != setup->snaplen ||
	    before.buffer != setup->buffer ||
	    before.promiscuous != setup->promiscuous ||
	    apply_filter(c, &why) != 0;
}

static bool
carries_ip(int datalink)
{
	return datalink == DLT_EN10MB || datalink == DLT_LINUX_SLL ||
	    datalink == DLT_LINUX_SLL2 || datalink == DLT_RAW ||
	    datalink == DLT_NULL || datalink == DLT_LOOP || datalink == DLT_PPP;
}

static int
check_datalink(const struct capture *c, struct textbuf *why)
{
	const char *name = pcap_datalink_val_to_name(c->datalink);

	if (carries_ip(c->datalink))
		return 0;
	textbuf_add(why, "its datalink ");
	textbuf_add(why, name == NULL ? "(unknown)" : name);
	return fail(why, -EPROTONOSUPPORT, " is not one siptimed can read");
}

int
capture_open(struct capture *c, struct textbuf *why)
{
	int error = activate(c, why);

	if (error == 0)
		error = check_datalink(c, why);
	if (error == 0)
		error = apply_filter(c, why);
	if (error == 0 && c->setup.fanout_members > 1 &&
	    fanout_group_join(pcap_fileno(c->pcap), c->setup.fanout_group) != 0)
		error = fail(why, -EIO,
		    "it cannot be shared by several workers ([capture] "
		    "workers)");
	if (error != 0)
		capture_close(c);
	c->last_drops = 0;
	c->last_interface_drops = 0;
	return error;
}

static void
on_packet(u_char *arg, const struct pcap_pkthdr *header, const u_char *octets)
{
	struct capture *c = (struct capture *)(void *)arg;
	const nstime unit = c->nanoseconds ? 1 : NSTIME_US;
	const struct packet packet = {
		.octets = slice_of(octets, header->caplen),
		.len =
		    header->len < header->caplen ? header->caplen : header->len,
		.datalink = c->datalink,
		.source = c->setup.source,
		.wall = wallclock_stamp(
		    header->ts.tv_sec, header->ts.tv_usec, unit),
	};

	/* Whoever takes it may ask before the rest is read. */
	c->ask = true;
	c->output(c->arg, &packet);
}

int
capture_dispatch(struct capture *c, int most, capture_output *output, void *arg)
{
	int count;

	if (c->pcap == NULL)
		return -ENETDOWN;
	c->output = output;
	c->arg = arg;
	count = pcap_dispatch(c->pcap, most, on_packet, (u_char *)c);
	return count >= 0 ? count : -ENETDOWN;
}

int
capture_state(struct capture *c)
{
	c->ask = true;
	if (c->index == 0)
		return 0;
	if (nic_index(c->interface) != c->index)
		return -ENODEV;
	return nic_is_up(c->interface) ? 0 : -ENETDOWN;
}

uint64_t
capture_dropped(struct capture *c)
{
	struct pcap_stat stat;
	uint64_t dropped;

	if (c->pcap == NULL || !c->ask || pcap_stats(c->pcap, &stat) != 0)
		return 0;
	c->ask = false;
	dropped = (uint64_t)(stat.ps_drop - c->last_drops) +
	    (stat.ps_ifdrop - c->last_interface_drops);
	c->last_drops = stat.ps_drop;
	c->last_interface_drops = stat.ps_ifdrop;
	return dropped;
}
