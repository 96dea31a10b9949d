/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ASSEMBLY_H
#define ASSEMBLY_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A program for the kernel's packet filter, written instruction by
 * instruction.  Where a test holds, it goes on at a label; otherwise the next
 * instruction is its next.  Labels lie ahead: BPF knows no loops.
 */

enum { ASSEMBLY_LABELS = 128, ASSEMBLY_MOST = 65535 };

struct assembly {
	struct bpf_insn *code;
	size_t len, room;
	bool no_room; /* it is too long, or memory ran out */
	struct {
		size_t at;
		int label;
	} * jumps;
	size_t jump_count, jump_room;
	size_t places[ASSEMBLY_LABELS];
	int labels;
};

/* Zeroed, it is empty.  assembly_done() frees what assembly_finish() did not
 * take. */
void assembly_done(struct assembly *b);

/* One more instruction, BPF_STMT's: e.g. BPF_LD | BPF_H | BPF_IND, k. */
void assembly_add(struct assembly *b, unsigned code, uint32_t k);

int assembly_label(struct assembly *b);
void assembly_place(struct assembly *b, int label);

/* Go on at the label always, or if A == k, or if least <= A <= most, or if A
 * has any bit of `bits'. */
void assembly_go(struct assembly *b, int label);
void assembly_if(struct assembly *b, uint32_t k, int label);
void assembly_if_within(
    struct assembly *b, uint32_t least, uint32_t most, int label);
void assembly_if_any(struct assembly *b, uint32_t bits, int label);

/* Behind it, another whole program. */
void assembly_append(struct assembly *b, const struct bpf_program *program);

/* Every label that is used was placed.  False: it has no room.  *program is
 * for pcap_freecode(). */
bool assembly_finish(struct assembly *b, struct bpf_program *program);

#endif
