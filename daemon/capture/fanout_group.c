/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/fanout_group.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

/* Where the kernel has taken off a tag, another may follow: it is where the
 * network header should be. */
enum { TAG = 4, IPV4_SOURCE = 12, IPV6_SOURCE = 8 };

/* A conditional jump to `yes' or `no' instructions behind the next one. */
#define IF_TYPE(type, yes, no)                                                 \
	{                                                                      \
		BPF_JMP | BPF_JEQ | BPF_K, yes, no, type                       \
	}
#define LOAD(at)                                                               \
	{                                                                      \
		BPF_LD | BPF_W | BPF_ABS, 0, 0, (unsigned)(at)                 \
	}
#define LOAD_HALF(at)                                                          \
	{                                                                      \
		BPF_LD | BPF_H | BPF_ABS, 0, 0, (unsigned)(at)                 \
	}
#define XOR(at)                                                                \
	{ BPF_MISC | BPF_TAX, 0, 0, 0 }, LOAD(at),                             \
	{                                                                      \
		BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0                             \
	}
#define RETURN_MIXED                                                           \
	{ BPF_MISC | BPF_TAX, 0, 0, 0 },                                       \
	    { BPF_ALU | BPF_RSH | BPF_K, 0, 0, 16 },                           \
	    { BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0 },                            \
	    { BPF_MISC | BPF_TAX, 0, 0, 0 },                                   \
	    { BPF_ALU | BPF_RSH | BPF_K, 0, 0, 8 },                            \
	    { BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0 },                            \
	{                                                                      \
		BPF_RET | BPF_A, 0, 0, 0                                       \
	}
#define IPV4_PAIR(at)                                                          \
	LOAD(SKF_NET_OFF + (at) + IPV4_SOURCE),                                \
	    XOR(SKF_NET_OFF + (at) + IPV4_SOURCE + 4), RETURN_MIXED
#define IPV6_PAIR(at)                                                          \
	LOAD(SKF_NET_OFF + (at) + IPV6_SOURCE),                                \
	    XOR(SKF_NET_OFF + (at) + IPV6_SOURCE + 4),                         \
	    XOR(SKF_NET_OFF + (at) + IPV6_SOURCE + 8),                         \
	    XOR(SKF_NET_OFF + (at) + IPV6_SOURCE + 12),                        \
	    XOR(SKF_NET_OFF + (at) + IPV6_SOURCE + 16),                        \
	    XOR(SKF_NET_OFF + (at) + IPV6_SOURCE + 20),                        \
	    XOR(SKF_NET_OFF + (at) + IPV6_SOURCE + 24),                        \
	    XOR(SKF_NET_OFF + (at) + IPV6_SOURCE + 28), RETURN_MIXED

/* Instructions of IPV4_PAIR and IPV6_PAIR. */
enum { V4 = 1 + 3 + 7, V6 = 1 + 7 * 3 + 7 };

static struct sock_filter program[] = {
	LOAD_HALF(SKF_AD_OFF + SKF_AD_PROTOCOL),
	IF_TYPE(ETH_P_IP, 0, V4),
	IPV4_PAIR(0),
	IF_TYPE(ETH_P_IPV6, 0, V6),
	IPV6_PAIR(0),
	IF_TYPE(ETH_P_8021Q, 1, 0),
	IF_TYPE(ETH_P_8021AD, 0, 1 + 1 + V4 + 1 + V6),
	LOAD_HALF(SKF_NET_OFF + 2),
	IF_TYPE(ETH_P_IP, 0, V4),
	IPV4_PAIR(TAG),
	IF_TYPE(ETH_P_IPV6, 0, V6),
	IPV6_PAIR(TAG),
	{ BPF_RET | BPF_K, 0, 0, 0 },
};

int
fanout_group_join(int descriptor, unsigned group)
{
	const int wanted =
	    (int)((group & 0xffff) | (unsigned)PACKET_FANOUT_CBPF << 16);
	const struct sock_fprog filter = {
		.len = sizeof(program) / sizeof(program[0]),
		.filter = program,
	};

	if (setsockopt(descriptor, SOL_PACKET, PACKET_FANOUT, &wanted,
		sizeof(wanted)) != 0 ||
	    setsockopt(descriptor, SOL_PACKET, PACKET_FANOUT_DATA, &filter,
		sizeof(filter)) != 0)
		return -errno;
	return 0;
}
