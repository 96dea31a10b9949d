/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/nic.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
ask(unsigned long request, struct ifreq *about, const char *name)
{
	struct textbuf t;
	int descriptor, status;

	textbuf_init(&t, about->ifr_name, sizeof(about->ifr_name));
	textbuf_add(&t, name);
	if (t.truncated)
		return false;
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return false;
	status = ioctl(descriptor, request, about);
	close(descriptor);
	return status == 0;
}

unsigned
nic_index(const char *name)
{
	struct ifreq about = { .ifr_ifindex = 0 };

	if (!ask(SIOCGIFINDEX, &about, name))
		return 0;
	return (unsigned)about.ifr_ifindex;
}

bool
nic_is_up(const char *name)
{
	struct ifreq about = { .ifr_flags = 0 };

	return ask(SIOCGIFFLAGS, &about, name) &&
	    (about.ifr_flags & IFF_UP) != 0;
}

static uint32_t
ethtool(const char *name, uint32_t command)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq about = { .ifr_data = (char *)&value };

	return ask(SIOCETHTOOL, &about, name) ? value.data : 0;
}

void
nic_receive_offloads(const char *name, struct textbuf *t)
{
	if (ethtool(name, ETHTOOL_GGRO) != 0)
		textbuf_add(t, "gro");
	if ((ethtool(name, ETHTOOL_GFLAGS) & ETH_FLAG_LRO) != 0)
		textbuf_add(t, t->len > 0 ? " lro" : "lro");
}

/* "  eth1: octets packets .." */
static bool
parse_line(struct slice line, const char *name, uint64_t *packets)
{
	struct slice word = { .len = 0 };
	size_t end;

	while (line.len > 0 && line.p[0] == ' ')
		line = slice_after(line, 1);
	end = slice_index(line, ':');
	if (!slice_is(slice_first(line, end), name))
		return false;
	line = slice_after(line, end + 1);
	for (int column = 0; column < 2; column++) {
		while (line.len > 0 && line.p[0] == ' ')
			line = slice_after(line, 1);
		end = slice_index(line, ' ');
		word = slice_first(line, end);
		line = slice_after(line, end);
	}
	return slice_decimal(word, UINT64_MAX, packets);
}

uint64_t
nic_received(const char *name)
{
	FILE *file = fopen("/proc/self/net/dev", "re");
	char line[512];
	uint64_t packets = 0;

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL)
		if (parse_line(slice_text(line), name, &packets))
			break;
	fclose(file);
	return packets;
}
