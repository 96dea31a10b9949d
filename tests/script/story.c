/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/story.h"

#include <ctype.h>

#include "script/hepwrap.h"
#include "script/lines.h"
#include "script/linkwrap.h"
#include "script/rawmsg.h"
#include "script/sipmsg.h"

struct name {
	struct name *following;
	const char *name;
	struct endpoint endpoint; /* a host */
	const struct line *lines; /* a template */
};

struct story {
	struct wire *wire;
	struct lines script;
	struct sipmsgs messages;
	struct streams streams;
	struct name *hosts, *templates;
	nstime base;        /* of the repetition being played */
	nstime last;        /* time of the line before */
	unsigned long turn; /* %n */
};

static const struct name *
find_name(const struct name *first, struct slice text)
{
	for (; first != NULL; first = first->following)
		if (slice_is(text, first->name))
			return first;
	return NULL;
}

/* NAME, ADDRESS or [ADDRESS6], each with :PORT or without. */
static struct endpoint
endpoint_of(const struct story *s, const char *text)
{
	const char *close = strchr(text, ']');
	const bool bracketed = *text == '[' && close != NULL;
	const char *colon = strchr(bracketed ? close : text, ':');
	const size_t len =
	    colon == NULL ? strlen(text) : (size_t)(colon - text);
	const struct slice host = bracketed
	    ? slice_of(text + 1, (size_t)(close - text) - 1)
	    : slice_of(text, len);
	const struct name *name = find_name(s->hosts, host);
	struct endpoint e = { .port = 5060 };

	if (name != NULL)
		e = name->endpoint;
	else if (!endpoint_address_parse(host, &e.address))
		words_fail(
		    "'%s' is no host, no address and no [address]:port", text);
	if (colon != NULL)
		e.port = (uint16_t)words_number_of(colon + 1, 65535);
	return e;
}

static void
apply_template(struct sipmsg *m, const struct story *s, const struct line *line)
{
	for (size_t i = 0; i < line->details; i++)
		sipmsg_detail(m, lines_with_turn(s->turn, line->detail[i]));
}

/* How far the copies of a message are apart: RFC 3261 17.1.1.2 (Timer A
 * doubles to the end), 17.1.2.2 and 17.2.1 (E and G double up to T2). */
static void
send_copies(struct story *s, const struct wire_how *how, nstime time,
    struct sipmsg *m, unsigned long copies)
{
	const bool timer_a = m->status == 0 && strcmp(m->method, "INVITE") == 0;
	const nstime t1 = 500 * NSTIME_MS, t2 = 4 * NSTIME_S;
	nstime gap = t1;

	for (nstime at = time; copies > 0 && at < time + 64 * t1; copies--) {
		wire_udp(s->wire, how, at, &m->from, &m->to,
		    octets_view(&m->sent.octets), &m->packet);
		at += gap;
		gap *= 2;
		if (!timer_a && gap > t2)
			gap = t2;
	}
}

static void
send_message(struct story *s, const struct stream_how *how, nstime time,
    struct sipmsg *m, struct words *w)
{
	const char *copies = words_value(w, "resend");
	const bool all = words_has(w, "resend");

	if (m->sent.stream == NULL) {
		send_copies(s, &how->wire, time, m,
		    copies != NULL ? words_number_of(copies, 100)
			: all      ? 100
				   : 1);
		return;
	}
	if (copies != NULL || all)
		words_fail("resend is for UDP; on TCP say 'again'");
	stream_send(s->wire, how, time, &m->sent, &m->packet);
}

static void
play_message(struct story *s, const struct line *line, nstime time,
    const struct endpoint *from, const struct endpoint *to, struct words *w)
{
	const bool udp = words_next_is(w, "udp");
	unsigned side = 0;
	struct stream *stream =
	    udp ? NULL : stream_find(&s->streams, from, to, &side);
	const char *what = words_need(w, "a method, a status or 'raw'");
	const char *like = words_value(w, "like");
	const unsigned long size = words_number(w, "size", 0, 1000000);
	const nstime wall = s->wire->start + time;
	const bool raw = rawmsg_is(what);
	struct sipmsg *m = sipmsg_build(&s->messages, raw ? "raw" : what, from,
	    to, wall, stream != NULL, w);
	struct stream_how how;

	if (raw)
		m->raw = rawmsg_build(what,
		    sipmsg_clock_shows(&s->messages, &from->address, wall),
		    stream != NULL, w);
	if (like != NULL) {
		const struct name *t =
		    find_name(s->templates, slice_text(like));

		if (t == NULL)
			words_fail("no template is named '%s'", like);
		apply_template(m, s, t->lines);
	}
	apply_template(m, s, line);
	if (size > 0)
		sipmsg_pad(m, size);
	m->sent.stream = stream;
	m->sent.side = side;
	m->sent.octets = sipmsg_octets(m);
	stream_options(&how, w);
	send_message(s, &how, time, m, w);
}

static void
play_again(struct story *s, nstime time, struct words *w)
{
	const char *name = words_peek(w);
	struct sipmsg *m;
	struct stream_how how;

	stream_options(&how, w);
	if (name != NULL && !w->used[w->next])
		m = sipmsg_named(&s->messages, words_take(w));
	else
		m = sipmsg_named(&s->messages, NULL);
	if (m->sent.stream != NULL)
		stream_resend(s->wire, &how, time, &m->sent);
	else
		wire_udp(s->wire, &how.wire, time, &m->from, &m->to,
		    octets_view(&m->sent.octets), &m->packet);
}

static void
play_icmp(struct story *s, nstime time, const struct endpoint *from,
    const struct endpoint *to, struct words *w)
{
	const char *kind = words_need(w, "what is unreachable");
	const struct octets *packet = words_has(w, "syn")
	    ? &s->streams.syn
	    : &sipmsg_named(&s->messages, words_value(w, "for"))->packet;
	const size_t header = to->address.version == 6 ? 40 : 20;
	const size_t quoted = words_number(w, "quote", 8, 1400);
	struct wire_how how;

	wire_options(&how, w);
	wire_icmp(s->wire, &how, time, &from->address, &to->address, kind,
	    slice_first(octets_view(packet), header + quoted));
}

/* Traffic that means nothing, so that time goes on. */
static void
play_nothing(struct story *s, nstime time)
{
	static const uint8_t addresses[] = { 192, 0, 2, 253, 192, 0, 2, 254 };
	const struct wire_how how = { .ttl = 64, .snap = SIZE_MAX };
	const struct endpoint from = {
		.address = endpoint_address(slice_of(addresses, 4)),
		.port = 9,
	};
	const struct endpoint to = {
		.address = endpoint_address(slice_of(addresses + 4, 4)),
		.port = 9,
	};

	wire_udp(s->wire, &how, time, &from, &to, slice_text("nothing"), NULL);
}

static void
play_packet(struct story *s, nstime time, struct words *w)
{
	struct octets packet = { .len = 0 };
	const char *word;

	while ((word = words_take(w)) != NULL)
		if (!octets_hex(&packet, word))
			words_fail("'%s' is not hexadecimal", word);
	wire_hex(s->wire, time, &packet);
}

static void
set_clock(struct story *s, nstime time, struct words *w)
{
	const struct endpoint host = endpoint_of(s, words_need(w, "a host"));
	const char *offset = words_need(w, "how far its clock is off");

	sipmsg_clock(&s->messages, &host.address, words_duration(offset),
	    words_duration_or(w, "drift", 0), s->wire->start + time);
}

static void
play_timed(struct story *s, const struct line *line, struct words *w)
{
	const char *stamp = words_need(w, "a time");
	const nstime time = *stamp == '+' ? s->last + words_duration(stamp)
					  : s->base + words_duration(stamp);
	const char *word = words_need(w, "what happens");
	struct endpoint from, to;

	s->last = time;
	if (strcmp(word, "again") == 0) {
		play_again(s, time, w);
	} else if (strcmp(word, "nothing") == 0) {
		play_nothing(s, time);
	} else if (strcmp(word, "packet") == 0) {
		play_packet(s, time, w);
	} else if (strcmp(word, "clock") == 0) {
		set_clock(s, time, w);
	} else {
		from = endpoint_of(s, word);
		if (strcmp(words_need(w, ">"), ">") != 0)
			words_fail("expected 'FROM > TO'");
		to = endpoint_of(s, words_need(w, "who gets it"));
		if (words_next_is(w, "tcp")) {
			stream_act(&s->streams, s->wire, time, &from, &to, w);
		} else if (words_next_is(w, "icmp")) {
			play_icmp(s, time, &from, &to, w);
		} else {
			play_message(s, line, time, &from, &to, w);
		}
	}
}

static void
set_host(struct story *s, const struct line *line, struct words *w)
{
	struct name *host = octets_alloc(sizeof(*host));

	(void)line;
	host->name = words_need(w, "a name");
	host->endpoint = endpoint_of(s, words_need(w, "its address"));
	host->following = s->hosts;
	s->hosts = host;
}

static void
set_template(struct story *s, const struct line *line, struct words *w)
{
	struct name *t = octets_alloc(sizeof(*t));

	t->name = words_need(w, "a name");
	t->lines = line;
	t->following = s->templates;
	s->templates = t;
}

static void
set_start(struct story *s, const struct line *line, struct words *w)
{
	(void)line;
	s->wire->start = words_instant(words_need(w, "a time"));
}

static void
set_datalink(struct story *s, const struct line *line, struct words *w)
{
	(void)line;
	if (s->wire->file.count > 0)
		words_fail("a savefile has one datalink: say it first");
	s->wire->link = wrap_link_named(words_need(w, "a datalink"));
	s->wire->file.datalink = s->wire->link->datalink;
}

static void
set_wrap(struct story *s, const struct line *line, struct words *w)
{
	const char *word;

	(void)line;
	s->wire->wraps = 0;
	while ((word = words_take(w)) != NULL) {
		if (strcmp(word, "nothing") == 0)
			continue;
		if (s->wire->wraps == WIRE_WRAPS)
			words_fail("more than %d wrappers", WIRE_WRAPS);
		s->wire->wrap[s->wire->wraps++] = word;
	}
}

static void
set_hep(struct story *s, const struct line *line, struct words *w)
{
	const char *agent = words_need(w, "an agent, or 'nothing'");
	struct endpoint from;

	(void)line;
	if (strcmp(agent, "nothing") == 0) {
		s->wire->agent_count = 0;
		return;
	}
	from = endpoint_of(s, agent);
	hepwrap_add(s->wire, &from, w);
}

static void
set_snaplen(struct story *s, const struct line *line, struct words *w)
{
	(void)line;
	s->wire->file.snaplen =
	    words_number_of(words_need(w, "octets"), 262144);
}

static void
set_cut(struct story *s, const struct line *line, struct words *w)
{
	(void)line;
	s->wire->file.cut =
	    (long)words_number_of(words_need(w, "octets"), 1000000);
}

static void
set_unseen(struct story *s, const struct line *line, struct words *w)
{
	const struct endpoint from = endpoint_of(s, words_need(w, "FROM"));
	struct wire *wire = s->wire;

	(void)line;
	if (strcmp(words_need(w, ">"), ">") != 0 || wire->unseen_count == 16)
		words_fail("expected 'unseen FROM > TO', 16 times at most");
	wire->unseen[wire->unseen_count++] = (struct wire_direction){
		.from = from.address,
		.to = endpoint_of(s, words_need(w, "TO")).address,
	};
}

static void
set_seen(struct story *s, const struct line *line, struct words *w)
{
	(void)line;
	(void)w;
	s->wire->unseen_count = 0;
}

static void
set_clock_at_start(struct story *s, const struct line *line, struct words *w)
{
	(void)line;
	set_clock(s, s->base, w);
}

static const struct {
	const char *word;
	void (*set)(struct story *s, const struct line *line, struct words *w);
} settings[] = {
	{ "host", set_host },
	{ "template", set_template },
	{ "start", set_start },
	{ "datalink", set_datalink },
	{ "wrap", set_wrap },
	{ "hep", set_hep },
	{ "snaplen", set_snaplen },
	{ "cut", set_cut },
	{ "unseen", set_unseen },
	{ "seen", set_seen },
	{ "clock", set_clock_at_start },
};

static void
play_line(struct story *s, const struct line *line)
{
	struct words w;

	words_at(s->script.path, line->number);
	words_split(&w, lines_with_turn(s->turn, line->text));
	if (isdigit((unsigned char)*w.word[0]) || *w.word[0] == '+') {
		play_timed(s, line, &w);
		words_done(&w);
		return;
	}
	words_take(&w);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(settings[i].word, w.word[0]) != 0)
			continue;
		settings[i].set(s, line, &w);
		words_done(&w);
		return;
	}
	words_fail(
	    "a line begins with a time or a setting, not '%s'", w.word[0]);
}

static bool
first_word_is(const struct line *line, const char *word)
{
	const size_t len = strlen(word);

	return strncmp(line->text, word, len) == 0 &&
	    strchr(" \t", line->text[len]) != NULL;
}

/* The line after the end of the block that `from' begins. */
static size_t
block_end(const struct story *s, size_t from)
{
	for (size_t i = from + 1; i < s->script.count; i++) {
		if (first_word_is(&s->script.line[i], "end"))
			return i;
		if (first_word_is(&s->script.line[i], "repeat"))
			break;
	}
	words_fail("repeat without end (and none inside another)");
}

/* repeat COUNT every DURATION [from TIME] */
static size_t
play_repeat(struct story *s, size_t at)
{
	const size_t end = (words_at(s->script.path, s->script.line[at].number),
	    block_end(s, at));
	const nstime before = s->base;
	unsigned long count;
	nstime every;
	struct words w;

	words_split(&w, s->script.line[at].text);
	words_take(&w);
	count = words_number_of(words_need(&w, "how often"), 1000000);
	if (strcmp(words_need(&w, "'every'"), "every") != 0)
		words_fail("expected 'repeat COUNT every DURATION'");
	every = words_duration(words_need(&w, "how far apart"));
	s->base += words_duration_or(&w, "from", 0);
	words_done(&w);
	for (s->turn = 1; s->turn <= count; s->turn++) {
		for (size_t i = at + 1; i < end; i++)
			play_line(s, &s->script.line[i]);
		s->base += every;
	}
	s->base = before;
	s->turn = 0;
	return end + 1;
}

void
story_play(struct wire *wire, const char *path)
{
	struct story s = { .wire = wire };

	lines_read(&s.script, path);
	for (size_t i = 0; i < s.script.count;) {
		if (first_word_is(&s.script.line[i], "repeat"))
			i = play_repeat(&s, i);
		else
			play_line(&s, &s.script.line[i++]);
	}
}
