/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/filter_wanted.h"

#include "capture/filter_witness.h"

enum { TAGS = 4, PROTOCOL = 0 /* in M[] */ };

/*
 * An offset has two parts: `base', where the datalink's header ends, and X, the
 * headers after that.  In a cooked capture the kernel sees no such header, and
 * libpcap takes `base' off.
 */
struct program {
	struct assembly *b;
	const struct filter_wanted *wanted;
	bool others;
	uint32_t base;
	int take, leave, unread, v4, v6, transport, udp, tcp;
};

/* Into A, from `at' behind X. */
static void
load(struct program *p, unsigned size, uint32_t at)
{
	assembly_add(p->b, BPF_LD | size | BPF_IND, p->base + at);
}

/* X moves by A, or by so many octets. */
static void
move_by_a(struct program *p)
{
	assembly_add(p->b, BPF_ALU | BPF_ADD | BPF_X, 0);
	assembly_add(p->b, BPF_MISC | BPF_TAX, 0);
}

static void
move(struct program *p, uint32_t octets)
{
	assembly_add(p->b, BPF_LD | BPF_IMM, octets);
	move_by_a(p);
}

static void
if_any_of(struct program *p, const uint32_t *values, size_t count, int label)
{
	for (size_t i = 0; i < count; i++)
		assembly_if(p->b, values[i], label);
}
#define IF_ANY_OF(p, label, ...)                                               \
	if_any_of(p, (const uint32_t[]){ __VA_ARGS__ },                        \
	    sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), label)

static void
by_ethertype(struct program *p)
{
	assembly_if(p->b, 0x0800, p->v4);
	assembly_if(p->b, 0x86dd, p->v6);
	assembly_go(p->b, p->unread);
}

/* The kernel takes the outermost tag off; others are in the packet. */
static void
ethernet(struct program *p)
{
	const int untagged = assembly_label(p->b);

	p->base = 14;
	assembly_add(p->b, BPF_LDX | BPF_IMM, 0);
	assembly_add(p->b, BPF_LD | BPF_H | BPF_ABS, 12);
	for (unsigned i = 0; i < TAGS; i++) {
		const int tagged = assembly_label(p->b);

		IF_ANY_OF(p, tagged, 0x8100, 0x88a8, 0x9100);
		assembly_go(p->b, untagged);
		assembly_place(p->b, tagged);
		move(p, 4);
		assembly_add(p->b, BPF_LD | BPF_H | BPF_IND, 12);
	}
	assembly_place(p->b, untagged);
	by_ethertype(p);
}

static void
cooked(struct program *p, uint32_t ethertype, uint32_t header)
{
	p->base = header;
	assembly_add(p->b, BPF_LDX | BPF_IMM, 0);
	assembly_add(p->b, BPF_LD | BPF_H | BPF_ABS, ethertype);
	by_ethertype(p);
}

/* The first octet of IP holds the version. */
static void
bare(struct program *p, uint32_t header)
{
	p->base = header;
	assembly_add(p->b, BPF_LDX | BPF_IMM, 0);
	load(p, BPF_B, 0);
	assembly_add(p->b, BPF_ALU | BPF_RSH | BPF_K, 4);
	assembly_if(p->b, 4, p->v4);
	assembly_if(p->b, 6, p->v6);
	assembly_go(p->b, p->unread);
}

static void
datalink_header(struct program *p, int datalink)
{
	if (datalink == DLT_EN10MB)
		ethernet(p);
	else if (datalink == DLT_LINUX_SLL)
		cooked(p, 14, 16);
	else if (datalink == DLT_LINUX_SLL2)
		cooked(p, 0, 20);
	else
		bare(p, datalink == DLT_RAW ? 0 : 4);
}

/* A is IP's protocol. */
static void
tunnels(struct program *p)
{
	if (p->wanted->tunnels)
		IF_ANY_OF(p, p->take, 4, 41, 47, 50, 51, 115);
}

/* X is at what IP carries, and its protocol was put by.  Of ICMP only
 * unreachable messages are wanted. */
static void
behind_ip(struct program *p, uint32_t icmp_protocol, uint32_t unreachable)
{
	const int icmp = assembly_label(p->b);

	assembly_add(p->b, BPF_LD | BPF_MEM, PROTOCOL);
	assembly_if(p->b, icmp_protocol, icmp);
	assembly_go(p->b, p->transport);
	assembly_place(p->b, icmp);
	load(p, BPF_B, 0);
	assembly_if(p->b, unreachable, p->take);
	assembly_go(p->b, p->leave);
}

/* Fragments but the first carry no ports. */
static void
ip4(struct program *p)
{
	assembly_place(p->b, p->v4);
	load(p, BPF_H, 6);
	assembly_if_any(p->b, 0x1fff, p->take);
	load(p, BPF_B, 9);
	tunnels(p);
	assembly_add(p->b, BPF_ST, PROTOCOL);
	load(p, BPF_B, 0);
	assembly_add(p->b, BPF_ALU | BPF_AND | BPF_K, 0xf);
	assembly_add(p->b, BPF_ALU | BPF_LSH | BPF_K, 2);
	move_by_a(p);
	behind_ip(p, 1, 3);
}

/* Extension headers are not read: any protocol may follow them, so the packet
 * is taken. */
static void
ip6(struct program *p)
{
	assembly_place(p->b, p->v6);
	load(p, BPF_B, 6);
	IF_ANY_OF(p, p->take, 44, 0, 43, 60);
	tunnels(p);
	assembly_add(p->b, BPF_ST, PROTOCOL);
	move(p, 40);
	behind_ip(p, 58, 1);
}

/* Runs of ports are one test. */
static void
any_of_ports(struct program *p, const struct portset *ports)
{
	for (uint32_t port = 0; port < 65536; port++) {
		uint32_t end = port;

		if (!portset_has(ports, (uint16_t)port))
			continue;
		while (end < 65535 && portset_has(ports, (uint16_t)(end + 1)))
			end++;
		assembly_if_within(p->b, port, end, p->take);
		port = end;
	}
}

/* VXLAN-GPE, GTP-U, L2TP, CAPWAP's data, GUE, MPLS and TZSP. */
static void
tunnel_ports(struct program *p)
{
	any_of_ports(p, p->wanted->vxlan);
	any_of_ports(p, p->wanted->geneve);
	IF_ANY_OF(p, p->take, 4790, 2152, 1701, 5247, 6080, 6635, 37008);
}

static void
udp_ports(struct program *p, const struct filter_witness *witness)
{
	any_of_ports(p, p->wanted->ports);
	if (p->wanted->tunnels)
		tunnel_ports(p);
	else if (p->others)
		any_of_ports(p, p->wanted->geneve);
	filter_witness_either(p->b, witness);
}

/* A payload that begins with "SIP/2." is a response whatever its port. */
static void
udp(struct program *p, const struct filter_witness *witness)
{
	const int response = assembly_label(p->b);

	assembly_place(p->b, p->udp);
	load(p, BPF_H, 2);
	udp_ports(p, witness);
	filter_witness_udp(p->b, witness, WITNESS_CLIENT);
	load(p, BPF_H, 0);
	udp_ports(p, witness);
	filter_witness_udp(p->b, witness, WITNESS_SERVER);
	filter_witness_anywhere(p->b, witness);
	load(p, BPF_W, 8);
	assembly_if(p->b, 0x5349502f, response);
	assembly_go(p->b, p->leave);
	assembly_place(p->b, response);
	load(p, BPF_H, 12);
	assembly_if(p->b, 0x322e, p->take);
	assembly_go(p->b, p->leave);
}

static void
tcp(struct program *p, const struct filter_witness *witness)
{
	assembly_place(p->b, p->tcp);
	load(p, BPF_H, 2);
	any_of_ports(p, p->wanted->ports);
	filter_witness_tcp(p->b, witness, WITNESS_CLIENT);
	load(p, BPF_H, 0);
	any_of_ports(p, p->wanted->ports);
	filter_witness_tcp(p->b, witness, WITNESS_SERVER);
	assembly_go(p->b, p->leave);
}

static void
label_all(struct program *p)
{
	int *const labels[] = { &p->take, &p->leave, &p->unread, &p->v4, &p->v6,
		&p->transport, &p->udp, &p->tcp };

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		*labels[i] = assembly_label(p->b);
}

void
filter_wanted_write(struct assembly *b, const struct filter_wanted *wanted,
    int datalink, bool others)
{
	struct program p = { .b = b, .wanted = wanted, .others = others };
	struct filter_witness witness = { .witnesses = wanted->witnesses };

	label_all(&p);
	datalink_header(&p, datalink);
	witness.base = p.base;
	witness.take = p.take;
	witness.leave = p.leave;
	ip4(&p);
	ip6(&p);
	assembly_place(b, p.transport);
	assembly_if(b, 6, p.tcp);
	assembly_if(b, 132, p.tcp); /* SCTP: its ports are where TCP's are */
	assembly_if(b, 17, p.udp);
	assembly_go(b, p.leave);
	udp(&p, &witness);
	tcp(&p, &witness);
	assembly_place(b, p.unread);
	if (others)
		assembly_go(b, p.take);
	assembly_place(b, p.leave);
	assembly_add(b, BPF_RET | BPF_K, 0);
	assembly_place(b, p.take);
}
