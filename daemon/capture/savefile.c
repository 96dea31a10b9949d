/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/savefile.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/magic.h"
#include "net/datalink.h"
#include "capture/records.h"

/* 2200-01-01: the range of nstime ends in 2262, and deadlines come on top. */
#define STAMP_END INT64_C(7258118400)
#define YEAR_2100 INT64_C(4102444800)

/* Read in large blocks, but not so large as to fill the processor's cache. */
enum { BUFFER_OCTETS = 64 * 1024 };

struct savefile {
	const char *path;
	const char *name; /* path, or "standard input" */
	const struct log *log;
	FILE *file; /* owned by pcap once that is there */
	char *buffer;
	pcap_t *pcap;
	struct records *records; /* NULL: libpcap reads the packets */
	int datalink;
	bool filtered;
	struct bpf_program filter;
	uint64_t octets, packets;
	struct savefile_counts counts;
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

static int
open_file(struct savefile *s)
{
	const bool standard_input = strcmp(s->path, "-") == 0;
	const int fd = standard_input ? dup(STDIN_FILENO) : -1;
	struct stat st;

	s->name = standard_input ? "standard input" : s->path;
	s->file = standard_input ? fdopen(fd, "r") : fopen(s->path, "re");
	if (s->file == NULL)
		return say_errno(s, errno);
	if (fstat(fileno(s->file), &st) < 0)
		return say_errno(s, errno);
	if (S_ISDIR(st.st_mode))
		return say_directory(s);
	if (S_ISREG(st.st_mode))
		s->octets = (uint64_t)st.st_size;

	s->buffer = malloc(BUFFER_OCTETS);
	if (s->buffer != NULL)
		setvbuf(s->file, s->buffer, _IOFBF, BUFFER_OCTETS);
	return 0;
}

/* The file's first octets, left unread.  A pipe cannot be rewound, so they
 * are pushed back: glibc takes as many as its buffer gave out. */
static struct slice
peek(FILE *file, uint8_t head[MAGIC_OCTETS])
{
	const size_t len = fread(head, 1, MAGIC_OCTETS, file);

	for (size_t i = len; i > 0; i--)
		ungetc(head[i - 1], file);
	return slice_of(head, len);
}

static int
say_foreign(const struct savefile *s, const struct magic *magic)
{
	if (magic->unpack == NULL)
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

static int
check_head(const struct savefile *s)
{
	uint8_t octets[MAGIC_OCTETS];
	const struct slice head = peek(s->file, octets);

	if (ferror(s->file))
		return say_errno(s, errno);
	if (head.len == 0) {
		log_error(s->log, "%s: empty file; capture it again", s->name);
		return -EINVAL;
	}
	if (!magic_is_savefile(head))
		return say_foreign(s, magic_find(head));
	return 0;
}

/* The first octets were those of a savefile, so what libpcap then does not
 * know is one that ends too early. */
static int
say_header(const struct savefile *s, const char *reason)
{
	if (strstr(reason, "truncated") != NULL ||
	    strstr(reason, "unknown file format") != NULL)
		log_error(s->log,
		    "%s: cut short in its header; capture it "
		    "again",
		    s->name);
	else
		log_error(s->log,
		    "%s: %s; try to convert it with editcap -F "
		    "pcapng",
		    s->name, reason);
	return -EINVAL;
}

static int
check_datalink(struct savefile *s)
{
	const char *name;

	s->datalink = pcap_datalink(s->pcap);
	if (datalink_known(s->datalink))
		return 0;
	name = pcap_datalink_val_to_name(s->datalink);
	log_error(s->log,
	    "%s: datalink %s (%d) is not supported; capture on "
	    "an Ethernet, Linux cooked or raw IP interface",
	    s->name, name == NULL ? "without a name" : name, s->datalink);
	return -EINVAL;
}

static int
open_pcap(struct savefile *s)
{
	char reason[PCAP_ERRBUF_SIZE] = "";

	s->pcap = pcap_fopen_offline_with_tstamp_precision(
	    s->file, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (s->pcap == NULL)
		return say_header(s, reason);
	s->file = NULL;
	s->records = records_new(s->pcap);
	return check_datalink(s);
}

int
savefile_open(
    const char *path, const struct log *log, struct savefile **savefile)
{
	struct savefile *s = calloc(1, sizeof(*s));
	int error;

	if (s == NULL)
		return -ENOMEM;
	s->path = path;
	s->log = log;
	error = open_file(s);
	if (error == 0)
		error = check_head(s);
	if (error == 0)
		error = open_pcap(s);
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
	if (s->filtered)
		pcap_freecode(&s->filter);
	records_free(s->records);
	if (s->pcap != NULL)
		pcap_close(s->pcap);
	if (s->file != NULL)
		fclose(s->file);
	free(s->buffer);
	free(s);
}

int
savefile_filter(struct savefile *s, const char *filter)
{
	if (pcap_compile(s->pcap, &s->filter, filter, 1, PCAP_NETMASK_UNKNOWN) <
	    0) {
		log_error(s->log, "filter '%s': %s; see pcap-filter(7)", filter,
		    pcap_geterr(s->pcap));
		return -EINVAL;
	}
	s->filtered = true;
	return 0;
}

/* The classic format has 32 bits for the seconds; libpcap takes them for a
 * signed number, which is 1901 from 2038 on.  What would be 2100 or later is
 * rather damage. */
static int64_t
seconds_of(const struct timeval *stamp)
{
	const int64_t seconds = stamp->tv_sec + (INT64_C(1) << 32);

	return stamp->tv_sec < 0 && seconds < YEAR_2100 ? seconds
							: stamp->tv_sec;
}

static bool
stamp_is_usable(const struct timeval *stamp)
{
	const int64_t seconds = seconds_of(stamp);

	return seconds >= 0 && seconds < STAMP_END && stamp->tv_usec >= 0 &&
	    stamp->tv_usec < NSTIME_S;
}

static int
next_record(
    struct savefile *s, struct pcap_pkthdr **header, const u_char **octets)
{
	if (s->records != NULL)
		return records_next(s->records, header, octets);
	return pcap_next_ex(s->pcap, header, octets);
}

enum savefile_read
savefile_next(struct savefile *s, struct packet *packet, bool *passed)
{
	struct pcap_pkthdr *header;
	const u_char *octets;
	int got;

	while ((got = next_record(s, &header, &octets)) == 1) {
		s->packets++;
		if (!stamp_is_usable(&header->ts)) {
			s->counts.bad_stamp++;
			continue;
		}
		/* tv_usec holds nanoseconds: we asked for that precision. */
		packet->wall =
		    seconds_of(&header->ts) * NSTIME_S + header->ts.tv_usec;
		packet->octets = slice_of(octets, header->caplen);
		packet->len =
		    header->len < header->caplen ? header->caplen : header->len;
		packet->datalink = s->datalink;
		*passed = !s->filtered ||
		    pcap_offline_filter(&s->filter, header, octets) != 0;
		s->counts.filtered += !*passed;
		return SAVEFILE_PACKET;
	}
	return got == PCAP_ERROR_BREAK ? SAVEFILE_END : SAVEFILE_BROKEN;
}

/* libpcap has only its words to tell one failure from another. */
void
savefile_complain(const struct savefile *s)
{
	const char *const reason = s->records != NULL
	    ? records_error(s->records)
	    : pcap_geterr(s->pcap);
	const unsigned long long packets = s->packets;

	if (strstr(reason, "different from") != NULL)
		log_error(s->log,
		    "%s: after packet %llu %s, which libpcap "
		    "cannot read, judged up to there; write each interface to "
		    "a file of its own (tshark -r %s -Y frame.interface_id==0 "
		    "-w FILE) and name them all with -r",
		    s->name, packets, reason, s->path);
	else if (strstr(reason, "truncated") != NULL)
		log_error(s->log,
		    "%s: cut short after packet %llu, judged as "
		    "far as it goes; get the whole file if there is more",
		    s->name, packets);
	else
		log_error(s->log,
		    "%s: damaged after packet %llu, judged as "
		    "far as it goes: %s; capture it again or repair it",
		    s->name, packets, reason);
}

uint64_t
savefile_octets_read(const struct savefile *s)
{
	off_t offset;

	if (s->records != NULL)
		return records_octets(s->records);
	offset = ftello(pcap_file(s->pcap));
	return offset < 0 ? 0 : (uint64_t)offset;
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
	s->counts.bad_stamp++;
}

void
savefile_counts(const struct savefile *s, struct savefile_counts *counts)
{
	*counts = s->counts;
}
