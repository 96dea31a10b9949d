/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/filter.h"

#include <errno.h>
#include <string.h>

#include "capture/filter_wanted.h"

enum { TEXT = 16384 };

/*
 * An expression that names vlan (or mpls, pppoes, geneve) shifts the offsets of
 * what follows it itself, and means that one level.
 */
static bool
shifts(const char *user)
{
	return strstr(user, "vlan") != NULL || strstr(user, "mpls") != NULL ||
	    strstr(user, "pppoes") != NULL || strstr(user, "geneve") != NULL;
}

static void
write_level(struct textbuf *t, const char *user)
{
	textbuf_add(t, "((ip or ip6) and (");
	textbuf_add(t, user);
	textbuf_add(t, "))");
}

/*
 * The kernel takes the outermost tag off, and level 0 reads the packet as if
 * there was none.  It must not be read at the others too: libpcap (1.10.3)
 * keeps how far they are shifted where level 0 keeps what it calculates with,
 * and then compares anything.
 */
#define UNLESS_READ                                                            \
	" or ((ether proto 0x8100 or ether proto 0x88a8 or"                    \
	" ether proto 0x9100) and "

/* libpcap shifts the offsets of everything that follows the word vlan, so the
 * levels are nested and each contains the expression. */
static void
write_user(struct textbuf *t, const char *user, unsigned vlan_levels)
{
	if (shifts(user)) {
		textbuf_add(t, user);
		return;
	}
	write_level(t, user);
	for (unsigned level = 0; level < vlan_levels; level++) {
		textbuf_add(t, level == 0 ? UNLESS_READ : " or (");
		textbuf_add(t, "vlan and (");
		write_level(t, user);
	}
	for (unsigned level = 0; level < vlan_levels; level++)
		textbuf_add(t, "))");
}

static int
fail(struct textbuf *why, const char *first, const char *second)
{
	textbuf_add(why, first);
	textbuf_add(why, second);
	return -EINVAL;
}

static int
compile_user(pcap_t *pcap, const char *user, struct bpf_program *program,
    struct textbuf *why)
{
	char store[TEXT];
	struct textbuf text;

	textbuf_init(&text, store, sizeof(store));
	write_user(&text, user, pcap_datalink(pcap) == DLT_EN10MB ? 2 : 0);
	if (text.truncated)
		return fail(why, "the filter is too long", "");
	if (pcap_compile(pcap, program, store, 1, PCAP_NETMASK_UNKNOWN) == 0)
		return 0;
	return fail(why, "the filter does not compile: ", pcap_geterr(pcap));
}

int
filter_compile(pcap_t *pcap, const struct filter_wanted *wanted,
    struct bpf_program *program, struct textbuf *why)
{
	const bool any = wanted->user != NULL && wanted->user[0] != '\0';
	struct assembly b = { .len = 0 };
	struct bpf_program user = { .bf_len = 0 };
	int error = any ? compile_user(pcap, wanted->user, &user, why) : 0;

	if (error != 0)
		return error;
	filter_wanted_write(
	    &b, wanted, pcap_datalink(pcap), any && shifts(wanted->user));
	if (any)
		assembly_append(&b, &user);
	else
		assembly_add(
		    &b, BPF_RET | BPF_K, (uint32_t)pcap_snapshot(pcap));
	if (any)
		pcap_freecode(&user);
	if (!assembly_finish(&b, program))
		error = fail(why, "the filter is too long", "");
	assembly_done(&b);
	return error;
}
