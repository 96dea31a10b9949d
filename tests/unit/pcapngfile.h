/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PCAPNGFILE_H
#define PCAPNGFILE_H

#include "net/pcapng.h"
#include "unit/unit.h"

/*
 * A pcapng file for tests, written block by block in the octet order of
 * choice: body with file_u16() and its like between file_begin() and
 * file_end().
 */

struct file {
	uint8_t room[65536];
	size_t len, block;
	bool big;
};

static inline void
file_number(struct file *f, uint64_t n, size_t octets)
{
	/* Beyond eight octets they are zeros. */
	for (size_t i = 0; i < octets; i++) {
		const size_t at = f->big ? octets - 1 - i : i;

		f->room[f->len++] = at < 8 ? (uint8_t)(n >> 8 * at) : 0;
	}
}

static inline void
file_octets(struct file *f, struct slice s)
{
	memcpy(f->room + f->len, s.p, s.len);
	f->len += s.len;
	while (f->len % 4 != 0)
		f->room[f->len++] = 0;
}

static inline void
file_begin(struct file *f, uint32_t type)
{
	f->block = f->len;
	file_number(f, type, 4);
	file_number(f, 0, 4);
}

static inline void
file_end(struct file *f)
{
	const size_t end = f->len, total = end + 4 - f->block;

	f->len = f->block + 4;
	file_number(f, total, 4);
	f->len = end;
	file_number(f, total, 4);
}

static inline void
file_option(struct file *f, unsigned code, uint64_t value, size_t octets)
{
	file_number(f, code, 2);
	file_number(f, octets, 2);
	file_number(f, value, octets);
	while (f->len % 4 != 0)
		f->room[f->len++] = 0;
}

static inline void
file_section(struct file *f, bool big)
{
	f->big = big;
	file_begin(f, 0x0a0d0d0a);
	file_number(f, 0x1a2b3c4d, 4);
	file_number(f, 1, 2);
	file_number(f, 0, 2);
	file_number(f, UINT64_MAX, 8);
	file_end(f);
}

/* `resolution' 0: the default, microseconds. */
static inline void
file_interface(struct file *f, unsigned datalink, uint32_t snaplen,
    unsigned resolution, int64_t offset)
{
	file_begin(f, 1);
	file_number(f, datalink, 2);
	file_number(f, 0, 2);
	file_number(f, snaplen, 4);
	if (resolution != 0)
		file_option(f, 9, resolution, 1);
	if (offset != 0)
		file_option(f, 14, (uint64_t)offset, 8);
	file_end(f);
}

static inline void
file_enhanced(
    struct file *f, uint32_t interface, uint64_t stamp, const char *text)
{
	const struct slice octets = slice_text(text);

	file_begin(f, 6);
	file_number(f, interface, 4);
	file_number(f, stamp >> 32, 4);
	file_number(f, stamp & 0xffffffff, 4);
	file_number(f, octets.len, 4);
	file_number(f, octets.len, 4);
	file_octets(f, octets);
	file_end(f);
}

static inline void
file_old(struct file *f, unsigned interface, uint64_t stamp, const char *text)
{
	const struct slice octets = slice_text(text);

	file_begin(f, 2);
	file_number(f, interface, 2);
	file_number(f, 0xffff, 2);
	file_number(f, stamp >> 32, 4);
	file_number(f, stamp & 0xffffffff, 4);
	file_number(f, octets.len, 4);
	file_number(f, octets.len, 4);
	file_octets(f, octets);
	file_end(f);
}

static inline void
file_simple(struct file *f, uint32_t len, const char *text)
{
	file_begin(f, 3);
	file_number(f, len, 4);
	file_octets(f, slice_text(text));
	file_end(f);
}

static inline void
file_statistics(struct file *f, uint32_t interface, uint64_t end,
    uint64_t by_interface, uint64_t by_system)
{
	file_begin(f, 5);
	file_number(f, interface, 4);
	file_number(f, 0, 8);
	file_number(f, 3, 2);
	file_number(f, 8, 2);
	file_number(f, end >> 32, 4);
	file_number(f, end & 0xffffffff, 4);
	file_option(f, 5, by_interface, 8);
	file_option(f, 7, by_system, 8);
	file_option(f, 0, 0, 0);
	file_end(f);
}

static inline struct slice
file_slice(const struct file *f)
{
	return slice_of(f->room, f->len);
}

#endif
