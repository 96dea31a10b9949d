/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OCTETS_H
#define OCTETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/*
 * Octets being built, by a tool that runs once: memory is kept until the tool
 * ends, and out of memory ends it.
 */

struct octets {
	uint8_t *p;
	size_t len, size;
};

/* Zeroed; kept until the end. */
void *octets_alloc(size_t size);
char *octets_text(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

void octets_add(struct octets *o, const void *added, size_t len);
void octets_slice(struct octets *o, struct slice s);
void octets_u8(struct octets *o, unsigned n);
void octets_u16(struct octets *o, unsigned n);
void octets_u32(struct octets *o, uint32_t n);
void octets_put_u16(struct octets *o, size_t at, unsigned n);
void octets_print(struct octets *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text in which \r \n \t \0 \\ and \xNN are octets. */
void octets_escaped(struct octets *o, const char *text);

/* Pairs of hexadecimal digits, blanks between them allowed.  False if it is
 * anything else. */
bool octets_hex(struct octets *o, const char *text);

struct slice octets_view(const struct octets *o);

#endif
