/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/words.h"
#include "script/wrap.h"

/* Shims: headers between a frame's addresses and its type. */

static struct wrap_parcel
shim(unsigned ethertype, const char *hex, const struct wrap_parcel *inner)
{
	struct wrap_parcel outer = { .ethertype = ethertype };

	if (!octets_hex(&outer.octets, hex))
		words_fail("no hexadecimal: %s", hex);
	octets_u16(&outer.octets, inner->ethertype);
	octets_slice(&outer.octets, octets_view(&inner->octets));
	return outer;
}

/* The same around a whole frame. */
static struct wrap_parcel
around_frame(
    unsigned ethertype, const char *hex, const struct wrap_parcel *inner)
{
	const struct octets frame = wrap_frame(inner);
	struct wrap_parcel outer = { .ethertype = ethertype };

	if (!octets_hex(&outer.octets, hex))
		words_fail("no hexadecimal: %s", hex);
	octets_slice(&outer.octets, octets_view(&frame));
	return outer;
}

static struct wrap_parcel
in_vntag(const char *value, const struct wrap_parcel *inner)
{
	(void)value;
	return shim(0x8926, "80010002", inner);
}

static struct wrap_parcel
in_cmd(const char *value, const struct wrap_parcel *inner)
{
	(void)value;
	return shim(0x8909, "01010001 0002", inner);
}

/* With the sender's identifier, and a check value behind. */
static struct wrap_parcel
in_macsec(const char *value, const struct wrap_parcel *inner)
{
	struct wrap_parcel outer =
	    shim(0x88e5, "20 00 00000001 0200000000010001", inner);

	(void)value;
	for (unsigned i = 0; i < 16; i++)
		octets_u8(&outer.octets, i);
	return outer;
}

static struct wrap_parcel
in_pbb(const char *value, const struct wrap_parcel *inner)
{
	(void)value;
	return around_frame(0x88e7, "00000101", inner);
}

static struct wrap_parcel
in_fabricpath(const char *value, const struct wrap_parcel *inner)
{
	(void)value;
	return around_frame(0x8903, "0041", inner);
}

static struct wrap_parcel
in_nsh(const char *value, const struct wrap_parcel *inner)
{
	(void)value;
	return around_frame(0x894f, "0fc2 0203 000001ff", inner);
}

const struct wrap_row shimwrap_rows[] = {
	{ "vntag", in_vntag },
	{ "cmd", in_cmd },
	{ "macsec", in_macsec },
	{ "pbb", in_pbb },
	{ "fabricpath", in_fabricpath },
	{ "nsh", in_nsh },
	{ NULL, NULL },
};
