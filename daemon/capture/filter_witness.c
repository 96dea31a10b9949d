/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/filter_witness.h"

#include "witness/kerberos.h"
#include "witness/smb.h"
#include "witness/witness.h"

static bool
is_wanted(const struct filter_witness *f, enum witness witness)
{
	return (f->witnesses & 1u << witness) != 0;
}

/* What begins there with a tag of its own: KRB-ERROR, AS-REP, TGS-REP.  Of
 * tickets the first segment has to pass, since who gets one is not refused. */
static void
take_answer(struct assembly *b, const struct filter_witness *f, uint32_t at)
{
	assembly_add(b, BPF_LD | BPF_B | BPF_IND, f->base + at);
	assembly_if(b, 0x7e, f->take);
	assembly_if(b, 0x6b, f->take);
	assembly_if(b, 0x6d, f->take);
}

void
filter_witness_udp(struct assembly *b, const struct filter_witness *f)
{
	const int kerberos = assembly_label(b), others = assembly_label(b);

	if (!is_wanted(f, WITNESS_KERBEROS))
		return;
	assembly_if(b, KERBEROS_PORT, kerberos);
	assembly_go(b, others);
	assembly_place(b, kerberos);
	take_answer(b, f, 8);
	assembly_place(b, others);
}

/* Behind its length, which is below 64 KiB, or without it: some KDCs send it
 * in a segment of its own. */
static void
kerberos_tcp(struct assembly *b, const struct filter_witness *f)
{
	const int whole = assembly_label(b);

	take_answer(b, f, 0);
	assembly_add(b, BPF_LD | BPF_H | BPF_IND, f->base);
	assembly_if(b, 0, whole);
	assembly_go(b, f->leave);
	assembly_place(b, whole);
	take_answer(b, f, 4);
	assembly_go(b, f->leave);
}

/* NEGOTIATE of SMB2 is command 0 of 16 bits, that of SMB1 0x72 of 8. */
static void
smb(struct assembly *b, const struct filter_witness *f)
{
	const int smb1 = assembly_label(b), smb2 = assembly_label(b);

	assembly_add(b, BPF_LD | BPF_W | BPF_IND, f->base + 4);
	assembly_if(b, 0xfe534d42, smb2);
	assembly_if(b, 0xff534d42, smb1);
	assembly_go(b, f->leave);
	assembly_place(b, smb2);
	assembly_add(b, BPF_LD | BPF_H | BPF_IND, f->base + 16);
	assembly_if(b, 0, f->take);
	assembly_go(b, f->leave);
	assembly_place(b, smb1);
	assembly_add(b, BPF_LD | BPF_B | BPF_IND, f->base + 8);
	assembly_if(b, 0x72, f->take);
	assembly_go(b, f->leave);
}

/* X goes to the payload. */
static void
skip_header(struct assembly *b, const struct filter_witness *f)
{
	assembly_add(b, BPF_LD | BPF_B | BPF_IND, f->base + 12);
	assembly_add(b, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	assembly_add(b, BPF_ALU | BPF_RSH | BPF_K, 2);
	assembly_add(b, BPF_ALU | BPF_ADD | BPF_X, 0);
	assembly_add(b, BPF_MISC | BPF_TAX, 0);
}

void
filter_witness_tcp(struct assembly *b, const struct filter_witness *f)
{
	const int from_kdc = assembly_label(b), from_files = assembly_label(b);
	const int others = assembly_label(b);

	if (is_wanted(f, WITNESS_KERBEROS))
		assembly_if(b, KERBEROS_PORT, from_kdc);
	if (is_wanted(f, WITNESS_SMB)) {
		assembly_if(b, SMB_PORT, from_files);
		assembly_if(b, SMB_ON_NETBIOS_PORT, from_files);
	}
	assembly_go(b, others);
	assembly_place(b, from_kdc);
	skip_header(b, f);
	kerberos_tcp(b, f);
	assembly_place(b, from_files);
	skip_header(b, f);
	smb(b, f);
	assembly_place(b, others);
}
