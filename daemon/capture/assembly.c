/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/assembly.h"

#include <stdlib.h>
#include <string.h>

void
assembly_done(struct assembly *b)
{
	free(b->code);
	free(b->jumps);
	*b = (struct assembly){ .len = 0 };
}

/* Where one more than `count' fits.  NULL, and what there is stays, if not. */
static void *
grown(void *all, size_t count, size_t *room, size_t size)
{
	const size_t more = *room == 0 ? 256 : *room * 2;
	void *larger;

	if (count < *room)
		return all;
	if (count >= ASSEMBLY_MOST)
		return NULL;
	larger = realloc(all, more * size);
	if (larger != NULL)
		*room = more;
	return larger;
}

static void
add(struct assembly *b, struct bpf_insn insn)
{
	struct bpf_insn *code =
	    grown(b->code, b->len, &b->room, sizeof(*b->code));

	if (code == NULL) {
		b->no_room = true;
		return;
	}
	b->code = code;
	b->code[b->len++] = insn;
}

void
assembly_add(struct assembly *b, unsigned code, uint32_t k)
{
	add(b, (struct bpf_insn){ .code = (u_short)code, .k = k });
}

static void
test(struct assembly *b, unsigned code, uint32_t k, u_char if_so, u_char if_not)
{
	add(b,
	    (struct bpf_insn){
		.code = (u_short)(BPF_JMP | BPF_K | code),
		.jt = if_so,
		.jf = if_not,
		.k = k,
	    });
}

int
assembly_label(struct assembly *b)
{
	return b->labels++;
}

void
assembly_place(struct assembly *b, int label)
{
	b->places[label] = b->len;
}

/* Conditional jumps reach 255 instructions far, this one anywhere; so they
 * only go around it. */
void
assembly_go(struct assembly *b, int label)
{
	void *jumps =
	    grown(b->jumps, b->jump_count, &b->jump_room, sizeof(*b->jumps));

	if (jumps == NULL) {
		b->no_room = true;
		return;
	}
	b->jumps = jumps;
	b->jumps[b->jump_count].at = b->len;
	b->jumps[b->jump_count++].label = label;
	assembly_add(b, BPF_JMP | BPF_JA, 0);
}

void
assembly_if(struct assembly *b, uint32_t k, int label)
{
	test(b, BPF_JEQ, k, 0, 1);
	assembly_go(b, label);
}

void
assembly_if_within(struct assembly *b, uint32_t least, uint32_t most, int label)
{
	if (least == most) {
		assembly_if(b, least, label);
		return;
	}
	test(b, BPF_JGE, least, 0, 2);
	test(b, BPF_JGT, most, 1, 0);
	assembly_go(b, label);
}

void
assembly_if_any(struct assembly *b, uint32_t bits, int label)
{
	test(b, BPF_JSET, bits, 0, 1);
	assembly_go(b, label);
}

void
assembly_append(struct assembly *b, const struct bpf_program *program)
{
	for (u_int i = 0; i < program->bf_len; i++)
		add(b, program->bf_insns[i]);
}

bool
assembly_finish(struct assembly *b, struct bpf_program *program)
{
	if (b->no_room)
		return false;
	for (size_t i = 0; i < b->jump_count; i++) {
		const size_t at = b->jumps[i].at;

		b->code[at].k =
		    (bpf_u_int32)(b->places[b->jumps[i].label] - at - 1);
	}
	program->bf_len = (u_int)b->len;
	program->bf_insns = b->code;
	b->code = NULL;
	return true;
}
