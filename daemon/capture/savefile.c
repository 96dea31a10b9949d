/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/savefile.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/format.h"
#include "capture/linkfilter.h"
#include "config/linkname.h"
#include "capture/magic.h"
#include "capture/unpack.h"
#include "net/datalink.h"
#include "net/pcapng.h"
#include "net/servertrace.h"

enum {
	TAIL_OCTETS = 64 * 1024, /* that may hold a pcapng's statistics */
	USER0 = 147,
	WINDOW_OCTETS = PCAPNG_WINDOW
};

struct savefile {
	const char *path;
	const char *name; /* path, or "standard input" */
	const struct log *log;
	int user0; /* what it is at this site; -1: nobody knows */
	struct format_secrets secrets;
	struct window *window;
	struct unpack *unpack; /* NULL: it is not compressed */
	const struct format *format;
	void *reader;
	struct linkfilter *filter; /* NULL: everything passes */
	uint64_t octets, packets;
	uint64_t dropped; /* known before its packets are read */
	struct packet first;
	enum format_result first_result, result;
	bool first_waits, unstamped_said;
	uint64_t bad_stamp, filtered;
	nstime latest; /* stamp */
};

static int
say_errno(const struct savefile *s, int error)
{
	const char *advice = error == ENOENT ? "check the name"
	    : error == EACCES                ? "run as a user who may read it"
	    : error == EMFILE ? "merge them with mergecap, or raise ulimit -n"
			      : "check the file";

	errno = error;
	log_error(s->log, "%s: %m; %s", s->name, advice);
	return -error;
}

static int
say_directory(const struct savefile *s)
{
	log_error(
	    s->log, "%s: is a directory; name the savefiles in it", s->name);
	return -EISDIR;
}

/* An uncompressed pcapng records lost packets at its end; the count must be
 * known before any packet is judged. */
static void
read_tail(struct savefile *s, int fd, off_t size)
{
	const off_t begin = size > TAIL_OCTETS ? size - TAIL_OCTETS : 0;
	uint8_t *tail = malloc(TAIL_OCTETS);
	ssize_t got;

	if (tail == NULL)
		return;
	got = pread(fd, tail, TAIL_OCTETS, begin);
	if (got > 0)
		s->dropped = pcapng_dropped_by(slice_of(tail, (size_t)got));
	free(tail);
}

static int
open_descriptor(struct savefile *s, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return say_errno(s, errno);
	if (S_ISDIR(st.st_mode))
		return say_directory(s);
	if (S_ISREG(st.st_mode)) {
		s->octets = (uint64_t)st.st_size;
		read_tail(s, fd, st.st_size);
	}
	s->window = window_new(fd, WINDOW_OCTETS);
	return s->window == NULL ? -ENOMEM : 0;
}

static int
open_file(struct savefile *s)
{
	const bool standard_input = strcmp(s->path, "-") == 0;
	int fd, error;

	s->name = standard_input ? "standard input" : s->path;
	fd = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			    : open(s->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return say_errno(s, errno);
	error = open_descriptor(s, fd);
	if (error < 0)
		close(fd);
	return error;
}

static int
say_foreign(const struct savefile *s, const struct magic *magic)
{
	if (s->unpack != NULL)
		log_error(s->log,
		    "%s: inside not a savefile, looks like %s; %s", s->name,
		    magic->looks_like,
		    magic->unpack == NULL ? magic->advice : "unpack it first");
	else if (magic->unpack == NULL)
		log_error(s->log, "%s: not a savefile, looks like %s; %s",
		    s->name, magic->looks_like, magic->advice);
	else if (s->name == s->path)
		log_error(s->log,
		    "%s: compressed with %s; %s %s | siptimed "
		    "-r -",
		    s->name, magic->looks_like, magic->unpack, s->path);
	else
		log_error(s->log, "%s: compressed with %s; put %s before it",
		    s->name, magic->looks_like, magic->unpack);
	return -EINVAL;
}

/* Go on behind a pipe from the thread that unpacks. */
static int
unpack(struct savefile *s, const struct codec *codec)
{
	int fd = -1;
	const int error = unpack_new(s->window, codec, &s->unpack, &fd);

	if (error < 0)
		return error == -ENOMEM ? error : say_errno(s, -error);
	s->window = window_new(fd, WINDOW_OCTETS);
	if (s->window == NULL)
		close(fd);
	return s->window == NULL ? -ENOMEM : 0;
}

static const struct format *
format_of(struct slice head)
{
	static const uint8_t section[] = { 0x0a, 0x0d, 0x0d, 0x0a };

	return slice_equal(slice_first(head, 4), slice_of(section, 4))
	    ? &blocks_format
	    : &records_format;
}

/* Which format it is, by its first octets; unpacked before where it must be. */
static int
recognise(struct savefile *s)
{
	const int got = window_need(s->window, MAGIC_OCTETS);
	const struct slice head =
	    slice_first(window_octets(s->window), MAGIC_OCTETS);
	const struct magic *magic;

	if (got < 0)
		return say_errno(s, -got);
	if (head.len == 0 && s->unpack != NULL) {
		const char *error = unpack_error(s->unpack);

		log_error(s->log, "%s: %s; get the whole file", s->name,
		    error == NULL ? "nothing in it" : error);
		return -EINVAL;
	}
	if (head.len == 0) {
		log_error(s->log, "%s: empty file; capture it again", s->name);
		return -EINVAL;
	}
	if (magic_is_savefile(head)) {
		s->format = format_of(head);
		return 0;
	}
	if (servertrace_begins(head)) {
		s->format = &traces_format;
		return 0;
	}
	magic = magic_find(head);
	if (magic->codec == NULL || s->unpack != NULL)
		return say_foreign(s, magic);
	return unpack(s, magic->codec);
}

static int
say_header(const struct savefile *s, int error)
{
	if (error == -ENOMEM)
		return error;
	if (error == -EINVAL)
		log_error(s->log,
		    "%s: cut short in its header; capture it again", s->name);
	else
		return say_errno(s, -error);
	return -EINVAL;
}

/* libpcap decides about files that the reader of records does not know. */
static int
open_oldpcap(struct savefile *s)
{
	int error;

	s->format = &oldpcap_format;
	error = s->format->new (s->window, &s->secrets, &s->reader);
	if (error == -ENOTSUP)
		log_error(s->log,
		    "%s: %s; try to convert it with editcap -F pcapng", s->name,
		    s->format->error(s->reader));
	return error == -ENOTSUP ? -EINVAL : error;
}

static enum format_result
read_packet(struct savefile *s, struct packet *packet)
{
	const enum format_result result = s->format->next(s->reader, packet);

	if (result == FORMAT_PACKET && packet->datalink == USER0 &&
	    s->user0 >= 0)
		packet->datalink = s->user0;
	return result;
}

/* Only the first packet shows what the file was captured on. */
static int
check_first(struct savefile *s)
{
	s->first_result = read_packet(s, &s->first);
	s->first_waits = true;
	if ((s->first_result != FORMAT_PACKET &&
		s->first_result != FORMAT_BAD_STAMP) ||
	    s->format == &blocks_format || s->format == &traces_format ||
	    datalink_known(s->first.datalink))
		return 0;
	log_error(s->log, "%s: datalink %s (%d) is not supported; %s", s->name,
	    linkname_of(s->first.datalink), s->first.datalink,
	    s->first.datalink == USER0
		? "tell what it is with [capture] user0, as in "
		  "siptimed.conf(5)"
		: "capture on an Ethernet, Linux cooked or raw IP interface");
	return -EINVAL;
}

static int
open_format(struct savefile *s)
{
	int error = s->format->new (s->window, &s->secrets, &s->reader);

	if (error == -ENOTSUP)
		error = open_oldpcap(s);
	else if (error < 0)
		error = say_header(s, error);
	return error < 0 ? error : check_first(s);
}

int
savefile_open(const char *path, int user0, const struct format_secrets *secrets,
    const struct log *log, struct savefile **savefile)
{
	struct savefile *s = calloc(1, sizeof(*s));
	int error;

	if (s == NULL)
		return -ENOMEM;
	s->path = path;
	s->user0 = user0;
	s->log = log;
	s->secrets = *secrets;
	error = open_file(s);
	if (error == 0)
		error = recognise(s);
	if (error == 0 && s->format == NULL)
		error = recognise(s);
	if (error == 0)
		error = open_format(s);
	if (error < 0) {
		savefile_free(s);
		return error;
	}
	*savefile = s;
	return 0;
}

void
savefile_free(struct savefile *s)
{
	if (s == NULL)
		return;
	linkfilter_free(s->filter);
	if (s->reader != NULL)
		s->format->free(s->reader);
	window_free(s->window); /* before: what unpacks would wait for us */
	unpack_free(s->unpack);
	free(s);
}

int
savefile_filter(struct savefile *s, const char *filter)
{
	const int ethernet = 1;
	char line[PCAP_ERRBUF_SIZE];
	struct textbuf why;
	int error;

	textbuf_init(&why, line, sizeof(line));
	s->filter = linkfilter_new(filter);
	if (s->filter == NULL)
		return -ENOMEM;
	error = linkfilter_check(s->filter,
	    s->first_result == FORMAT_PACKET ? s->first.datalink : ethernet,
	    &why);
	if (error < 0)
		log_error(s->log, "filter '%s': %s; see pcap-filter(7)", filter,
		    why.text);
	return error;
}

bool
savefile_lend(struct savefile *s, const struct window_borrower *borrower,
    struct slice *area)
{
	return window_lend(s->window, borrower, area);
}

static enum format_result
next_packet(struct savefile *s, struct packet *packet)
{
	const unsigned source = packet->source;

	if (!s->first_waits)
		return read_packet(s, packet);
	s->first_waits = false;
	*packet = s->first;
	packet->source = source;
	return s->first_result;
}

static void
say_unstamped(struct savefile *s)
{
	const bool trace = s->format == &traces_format;

	if (!s->unstamped_said)
		log_warning(s->log,
		    "%s: has %s without a stamp: no time passes between them, "
		    "and no clock is judged by them; %s",
		    s->name, trace ? "records" : "packets",
		    trace ? "hand over the whole trace"
			  : "write it with dumpcap or tcpdump");
	s->unstamped_said = true;
}

/* What has no clock writes stamps of 0, or counts from there. */
#define LEAST_STAMP NSTIME_S

static void
doubt_stamp(struct savefile *s, struct packet *packet)
{
	if (packet->wall < LEAST_STAMP) {
		packet->unstamped = true;
		packet->wall = s->latest;
	}
	s->latest = packet->wall;
	if (packet->unstamped)
		say_unstamped(s);
}

enum savefile_read
savefile_next(struct savefile *s, struct packet *packet, bool *passed)
{
	while ((s->result = next_packet(s, packet)) <= FORMAT_BAD_STAMP) {
		s->packets++;
		if (s->result == FORMAT_BAD_STAMP) {
			s->bad_stamp++;
			continue;
		}
		doubt_stamp(s, packet);
		*passed =
		    s->filter == NULL || linkfilter_passes(s->filter, packet);
		s->filtered += !*passed;
		return SAVEFILE_PACKET;
	}
	if (s->result == FORMAT_END &&
	    (s->unpack == NULL || unpack_error(s->unpack) == NULL))
		return SAVEFILE_END;
	return SAVEFILE_BROKEN;
}

void
savefile_complain(const struct savefile *s)
{
	const unsigned long long packets = s->packets;
	const char *reason = s->unpack == NULL ? NULL : unpack_error(s->unpack);

	if (reason != NULL)
		log_error(s->log,
		    "%s: %s after packet %llu, judged as far as it goes; get "
		    "the whole file if there is more",
		    s->name, reason, packets);
	else if (s->result == FORMAT_CUT)
		log_error(s->log,
		    "%s: cut short after packet %llu, judged as "
		    "far as it goes; get the whole file if there is more",
		    s->name, packets);
	else
		log_error(s->log,
		    "%s: damaged after packet %llu, judged as "
		    "far as it goes: %s; capture it again or repair it",
		    s->name, packets, s->format->error(s->reader));
}

bool
savefile_end(const struct savefile *s, nstime *end)
{
	struct format_facts facts = { .has_end = false };

	if (s->format->facts != NULL)
		s->format->facts(s->reader, &facts);
	if (facts.has_end)
		*end = facts.end;
	return facts.has_end;
}

uint64_t
savefile_dropped(const struct savefile *s)
{
	struct format_facts facts = { .dropped = 0 };

	if (s->format->facts != NULL)
		s->format->facts(s->reader, &facts);
	return facts.dropped > s->dropped ? facts.dropped : s->dropped;
}

uint64_t
savefile_octets_read(const struct savefile *s)
{
	return s->unpack != NULL ? unpack_total(s->unpack)
				 : window_total(s->window);
}

bool
savefile_is_compressed(const struct savefile *s)
{
	return s->unpack != NULL;
}

uint64_t
savefile_octets(const struct savefile *s)
{
	return s->octets;
}

const char *
savefile_path(const struct savefile *s)
{
	return s->path;
}

void
savefile_refuse(struct savefile *s)
{
	s->bad_stamp++;
}

void
savefile_stats(const struct savefile *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "savefile.bad_stamp", s->bad_stamp);
	output(arg, COUNTER_OTHER, "savefile.filtered", s->filtered);
	if (s->format->stats != NULL)
		s->format->stats(s->reader, output, arg);
}
