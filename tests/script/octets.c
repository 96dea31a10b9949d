/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/octets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Every block, so that a leak checker sees that none is lost. */
static struct block {
	struct block *next;
	max_align_t start[];
} * blocks;

void *
octets_alloc(size_t size)
{
	struct block *b = calloc(1, sizeof(*b) + size);

	if (b == NULL) {
		fprintf(stderr, "out of memory\n");
		exit(2);
	}
	b->next = blocks;
	blocks = b;
	return b->start;
}

static char *
format_text(const char *format, va_list args, size_t *len)
{
	va_list again;
	char *text;
	int wanted;

	va_copy(again, args);
	wanted = vsnprintf(NULL, 0, format, again);
	va_end(again);
	*len = wanted < 0 ? 0 : (size_t)wanted;
	text = octets_alloc(*len + 1);
	vsnprintf(text, *len + 1, format, args);
	return text;
}

char *
octets_text(const char *format, ...)
{
	va_list args;
	size_t len;
	char *text;

	va_start(args, format);
	text = format_text(format, args, &len);
	va_end(args);
	return text;
}

void
octets_add(struct octets *o, const void *added, size_t len)
{
	if (o->len + len > o->size) {
		const size_t wanted = 2 * (o->len + len) + 64;
		uint8_t *grown = octets_alloc(wanted);

		if (o->len > 0)
			memcpy(grown, o->p, o->len);
		o->p = grown;
		o->size = wanted;
	}
	if (len > 0)
		memcpy(o->p + o->len, added, len);
	o->len += len;
}

void
octets_slice(struct octets *o, struct slice s)
{
	octets_add(o, s.p, s.len);
}

void
octets_u8(struct octets *o, unsigned n)
{
	const uint8_t octet = (uint8_t)n;

	octets_add(o, &octet, 1);
}

void
octets_u16(struct octets *o, unsigned n)
{
	octets_u8(o, n >> 8);
	octets_u8(o, n);
}

void
octets_u32(struct octets *o, uint32_t n)
{
	octets_u16(o, n >> 16);
	octets_u16(o, n & 0xffff);
}

void
octets_put_u16(struct octets *o, size_t at, unsigned n)
{
	o->p[at] = (uint8_t)(n >> 8);
	o->p[at + 1] = (uint8_t)n;
}

void
octets_print(struct octets *o, const char *format, ...)
{
	va_list args;
	size_t len;
	char *text;

	va_start(args, format);
	text = format_text(format, args, &len);
	va_end(args);
	octets_add(o, text, len);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static size_t
escape(struct octets *o, const char *text)
{
	static const char names[] = "rnt0\\", octets[] = "\r\n\t\0\\";
	const char *found = text[1] == '\0' ? NULL : strchr(names, text[1]);

	if (found != NULL) {
		octets_u8(o, (unsigned char)octets[found - names]);
		return 2;
	}
	if (text[1] == 'x' && hex_digit(text[2]) >= 0 &&
	    hex_digit(text[3]) >= 0) {
		octets_u8(o,
		    (unsigned)(hex_digit(text[2]) * 16 + hex_digit(text[3])));
		return 4;
	}
	octets_add(o, text, 1);
	return 1;
}

void
octets_escaped(struct octets *o, const char *text)
{
	while (*text != '\0') {
		if (*text == '\\') {
			text += escape(o, text);
		} else {
			octets_add(o, text, 1);
			text++;
		}
	}
}

bool
octets_hex(struct octets *o, const char *text)
{
	for (; *text != '\0'; text += 2) {
		while (*text == ' ')
			text++;
		if (*text == '\0')
			return true;
		if (hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0)
			return false;
		octets_u8(o,
		    (unsigned)(hex_digit(text[0]) * 16 + hex_digit(text[1])));
	}
	return true;
}

struct slice
octets_view(const struct octets *o)
{
	return slice_of(o->p, o->len);
}
