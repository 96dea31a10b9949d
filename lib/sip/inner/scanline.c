/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/scanline.h"

void
scanline_read(struct scanlines *known, const struct scanline *l,
    struct slice line, struct scanparts *parts)
{
	scancredit_met(&known->credit[l->kind]);
	for (size_t i = 0; i < SCANLINE_PARTS; i++)
		parts->part[i] =
		    slice_of(line.p + l->part[i].at, l->part[i].len);
}

void
scanline_keep(struct scanlines *known, struct scanline *l, enum field_name kind,
    struct slice line, const struct scanparts *parts)
{
	scancredit_missed(&known->credit[kind]);
	memcpy(l->octets, line.p, line.len);
	l->len = (uint8_t)line.len;
	l->kind = (uint8_t)kind;
	for (size_t i = 0; i < SCANLINE_PARTS; i++) {
		const struct slice part = parts->part[i];

		l->part[i].len = (uint8_t)part.len;
		l->part[i].at = (uint8_t)(part.len == 0 ? 0 : part.p - line.p);
	}
}
