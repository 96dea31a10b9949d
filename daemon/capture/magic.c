/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/magic.h"

#include "capture/codec.h"

#define CONVERT "convert it with editcap -F pcapng"
#define NAME_ONE "name a pcap or pcapng file"
#define TCPDUMP "capture packets: tcpdump -i any -w FILE port 5060"
#define UNPACK "unpack it first, and name the savefiles in it"

struct mark {
	struct slice octets;
	size_t at;
	struct magic magic;
};

#define OCTETS(text)                                                           \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1                      \
	}
#define MARK(text) OCTETS(text), 0
#define MARK_AT(at, text) OCTETS(text), at
#define COMPRESSED(name, tool, codec)                                          \
	{                                                                      \
		name, tool, codec, NULL                                        \
	}
#define OTHER(name, advice)                                                    \
	{                                                                      \
		name, NULL, NULL, advice                                       \
	}

/* pcap: of microseconds, of nanoseconds, and three older dialects, either
 * byte order each; pcapng's Section Header Block is a palindrome. */
static const struct slice savefiles[] = {
	OCTETS("\xa1\xb2\xc3\xd4"),
	OCTETS("\xd4\xc3\xb2\xa1"),
	OCTETS("\xa1\xb2\x3c\x4d"),
	OCTETS("\x4d\x3c\xb2\xa1"),
	OCTETS("\xa1\xb2\xcd\x34"),
	OCTETS("\x34\xcd\xb2\xa1"),
	OCTETS("\xa1\xb2\x34\xcd"),
	OCTETS("\xcd\x34\xb2\xa1"),
	OCTETS("\xa1\x2b\x3c\x4d"),
	OCTETS("\x4d\x3c\x2b\xa1"),
	OCTETS("\x0a\x0d\x0d\x0a"),
};

static const struct mark marks[] = {
	{ MARK("\x1f\x8b"), COMPRESSED("gzip", "zcat", &codec_gzip) },
	{ MARK("\xfd"
	       "7zXZ"),
	    COMPRESSED("xz", "xzcat", &codec_xz) },
	{ MARK("\x28\xb5\x2f\xfd"),
	    COMPRESSED("zstd", "zstdcat", &codec_zstd) },
	{ MARK("BZh"), COMPRESSED("bzip2", "bzcat", NULL) },
	{ MARK("\x04\x22\x4d\x18"), COMPRESSED("lz4", "lz4cat", NULL) },
	{ MARK("PK\x03\x04"), OTHER("a zip archive", UNPACK) },
	{ MARK("7z\xbc\xaf"), OTHER("a 7z archive", UNPACK) },
	{ MARK_AT(257, "ustar"), OTHER("a tar archive", UNPACK) },
	{ MARK("snoop\0\0\0"), OTHER("a snoop capture", CONVERT) },
	{ MARK("TRSNIFF data    \x1a"), OTHER("a Sniffer capture", CONVERT) },
	{ MARK("XCP\0"), OTHER("a Sniffer capture", CONVERT) },
	{ MARK("\x01\x10\x4c\0"), OTHER("a LANalyzer capture", CONVERT) },
	{ MARK("\x07\x10\x4c\0"), OTHER("a LANalyzer capture", CONVERT) },
	{ MARK("\x05VNF"), OTHER("a Visual Networks capture", CONVERT) },
	{ MARK("\xaa\xaa\xaa\xaa"), OTHER("a 5Views capture", CONVERT) },
	{ MARK("\x7fver"), OTHER("an OmniPeek capture", CONVERT) },
	{ MARK("iptrace "), OTHER("an iptrace capture", CONVERT) },
	{ MARK("GMBU"), OTHER("a Network Monitor capture", CONVERT) },
	{ MARK("RTSS"), OTHER("a Network Monitor capture", CONVERT) },
	{ MARK("\xff\xfe"),
	    OTHER("UTF-16 text",
		"write it as UTF-8 with iconv -f UTF-16 -t UTF-8") },
	{ MARK("\x7f"
	       "ELF"),
	    OTHER("a program", NAME_ONE) },
};

/* Whole lines distinguish the loggers of SIP. */
static const struct {
	const char *line;
	struct magic magic;
} loggers[] = {
	{ "SIP request (",
	    OTHER("a log of Asterisk",
		"let it write packets: "
		"pjsip set logger pcap FILE") },
	{ "SIP response (",
	    OTHER("a log of Asterisk",
		"let it write packets: "
		"pjsip set logger pcap FILE") },
	{ " bytes to udp/[", OTHER("a log of FreeSWITCH", TCPDUMP) },
	{ " bytes from udp/[", OTHER("a log of FreeSWITCH", TCPDUMP) },
	{ " bytes to tcp/[", OTHER("a log of FreeSWITCH", TCPDUMP) },
	{ " bytes from tcp/[", OTHER("a log of FreeSWITCH", TCPDUMP) },
	{ "SIP/2.0", OTHER("a log of SIP messages", TCPDUMP) },
};

static const struct magic text = OTHER("text", NAME_ONE);
static const struct magic something_else = OTHER("something else", NAME_ONE);

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
		if (begins_with(
			slice_after(head, marks[i].at), marks[i].octets))
			return &marks[i].magic;
	if (!is_text(head))
		return &something_else;
	for (size_t i = 0; i < sizeof(loggers) / sizeof(*loggers); i++)
		if (slice_find(head, loggers[i].line) < head.len)
			return &loggers[i].magic;
	return &text;
}
