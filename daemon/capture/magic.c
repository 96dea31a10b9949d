/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/magic.h"

#define CONVERT "convert it with editcap -F pcapng"
#define NAME_ONE "name a pcap or pcapng file"

struct mark {
	struct slice octets;
	struct magic magic;
};

#define MARK(text)                                                             \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1                      \
	}

/* pcap: of microseconds, of nanoseconds, and three older dialects, either
 * byte order each; pcapng's Section Header Block is a palindrome. */
static const struct slice savefiles[] = {
	MARK("\xa1\xb2\xc3\xd4"),
	MARK("\xd4\xc3\xb2\xa1"),
	MARK("\xa1\xb2\x3c\x4d"),
	MARK("\x4d\x3c\xb2\xa1"),
	MARK("\xa1\xb2\xcd\x34"),
	MARK("\x34\xcd\xb2\xa1"),
	MARK("\xa1\xb2\x34\xcd"),
	MARK("\xcd\x34\xb2\xa1"),
	MARK("\xa1\x2b\x3c\x4d"),
	MARK("\x4d\x3c\x2b\xa1"),
	MARK("\x0a\x0d\x0d\x0a"),
};

static const struct mark marks[] = {
	{ MARK("\x1f\x8b"), { "gzip", "zcat", NULL } },
	{ MARK("\xfd"
	       "7zXZ"),
	    { "xz", "xzcat", NULL } },
	{ MARK("\x28\xb5\x2f\xfd"), { "zstd", "zstdcat", NULL } },
	{ MARK("BZh"), { "bzip2", "bzcat", NULL } },
	{ MARK("\x04\x22\x4d\x18"), { "lz4", "lz4cat", NULL } },
	{ MARK("PK\x03\x04"), { "a zip archive", NULL, "unpack it first" } },
	{ MARK("7z\xbc\xaf"), { "a 7z archive", NULL, "unpack it first" } },
	{ MARK("snoop\0\0\0"), { "a snoop capture", NULL, CONVERT } },
	{ MARK("GMBU"), { "a Network Monitor capture", NULL, CONVERT } },
	{ MARK("RTSS"), { "a Network Monitor capture", NULL, CONVERT } },
	{ MARK("\x7f"
	       "ELF"),
	    { "a program", NULL, NAME_ONE } },
};

static const struct magic text = { "text", NULL, NAME_ONE };
static const struct magic something_else = { "something else", NULL, NAME_ONE };

static bool
begins_with(struct slice head, struct slice octets)
{
	return slice_equal(slice_first(head, octets.len), octets);
}

bool
magic_is_savefile(struct slice head)
{
	for (size_t i = 0; i < sizeof(savefiles) / sizeof(*savefiles); i++)
		if (begins_with(head, savefiles[i]))
			return true;
	return false;
}

static bool
is_text(struct slice head)
{
	for (size_t i = 0; i < head.len; i++)
		if ((head.p[i] < ' ' && strchr("\t\r\n", head.p[i]) == NULL) ||
		    head.p[i] == 0 || head.p[i] == 0x7f)
			return false;
	return true;
}

const struct magic *
magic_find(struct slice head)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (begins_with(head, marks[i].octets))
			return &marks[i].magic;
	return is_text(head) ? &text : &something_else;
}
