/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/message.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>

#include "sip/inner/field.h"
#include "sip/inner/keys.h"
#include "sip/inner/param.h"

/*
 * A message is read twice: by keys.h, which finds every value in the octets,
 * and by libosip2, which decides whether it is SIP and what Via, Call-ID, CSeq
 * and the tags are.  Where both found the same text, the slice points into the
 * octets; where they differ, libosip2's text is copied to the store.
 *
 * libosip2 is given the head alone and no Content-Length: of bodies it would
 * copy every octet, and it refuses those that a snaplen cut short.
 */

enum message_refusal {
	KEEPALIVE,
	STUN,
	RTP,
	FOREIGN,
	TOO_LONG,
	NO_START_LINE,
	VERSION,
	STATUS,
	TOO_MANY_HEADERS,
	NUL,
	NO_VIA,
	NO_CALL_ID,
	NO_CSEQ,
	NO_FROM,
	NO_TO,
	CSEQ_METHOD,
	BAD_LENGTH, /* from here on the message counts all the same */
	SHORT_BODY,
	RECOVERED,
	REASONS
};

static const char *const reason_names[REASONS] = {
	[KEEPALIVE] = "message.keepalive",
	[STUN] = "message.stun",
	[RTP] = "message.rtp",
	[FOREIGN] = "message.foreign",
	[TOO_LONG] = "message.too_long",
	[NO_START_LINE] = "message.no_start_line",
	[VERSION] = "message.version",
	[STATUS] = "message.status",
	[TOO_MANY_HEADERS] = "message.too_many_headers",
	[NUL] = "message.nul",
	[NO_VIA] = "message.no_via",
	[NO_CALL_ID] = "message.no_call_id",
	[NO_CSEQ] = "message.no_cseq",
	[NO_FROM] = "message.no_from",
	[NO_TO] = "message.no_to",
	[CSEQ_METHOD] = "message.cseq_method",
	[BAD_LENGTH] = "message.bad_length",
	[SHORT_BODY] = "message.short_body",
	[RECOVERED] = "message.recovered",
};

struct message {
	struct message_limits limits;
	uint64_t counts[REASONS];
	/* Unfolded values, and libosip2's where they are its own: each octet
	 * of a head is copied at most three times. */
	uint8_t *store;
	size_t stored;
	uint8_t *head; /* what libosip2 is given */
};

static void
no_trace(const char *file, int line, osip_trace_level_t level,
    const char *format, va_list ap)
{
	(void)file, (void)line, (void)level, (void)format, (void)ap;
}

static void
init_once(void)
{
	parser_init();
	osip_trace_initialize_func(END_TRACE_LEVEL, no_trace);
}

/* The one exception to "no globals in lib/": libosip2's tables are global,
 * and filling them while another thread parses is a race. */
void
message_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, init_once);
}

struct message *
message_new(const struct message_limits *limits)
{
	struct message *parser = calloc(1, sizeof(*parser));

	if (parser == NULL)
		return NULL;
	if (!message_set(parser, limits)) {
		message_free(parser);
		return NULL;
	}
	return parser;
}

bool
message_set(struct message *parser, const struct message_limits *limits)
{
	uint8_t *store, *head;

	if (parser->store != NULL && parser->limits.octets == limits->octets) {
		parser->limits = *limits;
		return true;
	}
	store = malloc(3 * limits->octets + 1);
	head = malloc(limits->octets + 2); /* see copy_start_line() */
	if (store == NULL || head == NULL) {
		free(store);
		free(head);
		return false;
	}
	free(parser->store);
	free(parser->head);
	parser->store = store;
	parser->head = head;
	parser->limits = *limits;
	return true;
}

void
message_free(struct message *parser)
{
	if (parser == NULL)
		return;
	free(parser->store);
	free(parser->head);
	free(parser);
}

static struct slice
skip_line_ends(struct slice octets)
{
	size_t i = 0;

	while (i < octets.len && (octets.p[i] == '\r' || octets.p[i] == '\n'))
		i++;
	return slice_after(octets, i);
}

static bool
is_silence(struct slice octets)
{
	for (size_t i = 0; i < octets.len; i++)
		if (octets.p[i] != 0 && octets.p[i] != ' ' &&
		    octets.p[i] != '\t' && octets.p[i] != '\r' &&
		    octets.p[i] != '\n')
			return false;
	return true;
}

/* A start line of any SIP version, however badly formed. */
static bool
begins_like_sip(struct slice octets)
{
	const struct slice line = field_line(&octets);

	if (line.len == 0 || !field_is_token(line.p[0]))
		return false;
	return slice_starts_with_nocase(line, "SIP/") ||
	    slice_find(line, " SIP/") < line.len ||
	    slice_find(line, " sip/") < line.len;
}

static enum message_refusal
foreign_reason(struct slice octets)
{
	static const uint8_t magic_cookie[] = { 0x21, 0x12, 0xa4, 0x42 };

	if (is_silence(octets))
		return KEEPALIVE;
	if (octets.len >= 20 && octets.p[0] < 0x40 && /* RFC 8489 section 5 */
	    slice_equal(slice_between(octets, 4, 8),
		slice_of(magic_cookie, sizeof(magic_cookie))))
		return STUN;
	if (octets.len >= 8 && octets.p[0] >> 6 == 2) /* RFC 3550 section 5.1 */
		return RTP;
	return FOREIGN;
}

static enum message_refusal
refusal_reason(enum keys_verdict verdict)
{
	static const enum message_refusal reasons[] = {
		[KEYS_NO_START_LINE] = NO_START_LINE,
		[KEYS_VERSION] = VERSION,
		[KEYS_STATUS] = STATUS,
		[KEYS_HEADERS] = TOO_MANY_HEADERS,
		[KEYS_NUL] = NUL,
		[KEYS_NO_VIA] = NO_VIA,
		[KEYS_NO_CALL_ID] = NO_CALL_ID,
		[KEYS_NO_CSEQ] = NO_CSEQ,
		[KEYS_NO_FROM] = NO_FROM,
		[KEYS_NO_TO] = NO_TO,
		[KEYS_CSEQ_METHOD] = CSEQ_METHOD,
	};

	return reasons[verdict];
}

static bool
is_blank(uint8_t octet)
{
	return octet == ' ' || octet == '\t';
}

static void
store_octet(struct message *parser, uint8_t octet)
{
	parser->store[parser->stored++] = octet;
}

/* RFC 3261 section 7.3.1: a fold and the blanks about it are one blank. */
static void
unfold(struct message *parser, struct slice *value)
{
	const struct slice folded = *value;
	const size_t begin = parser->stored;
	bool in_fold = false;

	if (slice_index(folded, '\n') == folded.len)
		return;
	for (size_t i = 0; i < folded.len; i++) {
		const uint8_t octet = folded.p[i];

		if (octet == '\r' || octet == '\n') {
			while (!in_fold && parser->stored > begin &&
			    is_blank(parser->store[parser->stored - 1]))
				parser->stored--;
			in_fold = true;
		} else if (!in_fold || !is_blank(octet)) {
			if (in_fold)
				store_octet(parser, ' ');
			in_fold = false;
			store_octet(parser, octet);
		}
	}
	*value = slice_of(parser->store + begin, parser->stored - begin);
}

/* libosip2's text is what counts, where it has one. */
static void
settle_slice(struct message *parser, struct slice *ours, struct slice theirs)
{
	if (theirs.len == 0 || slice_equal(*ours, theirs))
		return;
	memcpy(parser->store + parser->stored, theirs.p, theirs.len);
	*ours = slice_of(parser->store + parser->stored, theirs.len);
	parser->stored += theirs.len;
}

static void
settle(struct message *parser, struct slice *ours, const char *text)
{
	settle_slice(parser, ours, slice_trim(slice_text(text)));
}

static const char *
param_text(osip_list_t *params, const char *wanted)
{
	for (int i = 0; i < osip_list_size(params); i++) {
		const osip_generic_param_t *param = osip_list_get(params, i);

		if (param->gname != NULL &&
		    slice_is_nocase(
			slice_trim(slice_text(param->gname)), wanted))
			return param->gvalue;
	}
	return NULL;
}

static void
settle_via(struct message *parser, struct sip_message *m, osip_message_t *osip)
{
	const int last = osip_list_size(&osip->vias) - 1;
	osip_via_t *top = osip_list_get(&osip->vias, 0);
	const osip_via_t *bottom = osip_list_get(&osip->vias, last);
	uint64_t port = 0;

	m->vias = (unsigned)last + 1;
	settle(parser, &m->via_transport, top->protocol);
	settle(parser, &m->via_host, top->host);
	settle(parser, &m->via_bottom_host, bottom->host);
	slice_decimal(slice_trim(slice_text(top->port)), UINT16_MAX, &port);
	m->via_port = (uint16_t)port;
	settle(parser, &m->via_branch, param_text(&top->via_params, "branch"));
}

static void
settle_tag(struct message *parser, struct slice *ours, osip_from_t *address)
{
	const struct slice tag =
	    slice_trim(slice_text(param_text(&address->gen_params, "tag")));

	settle_slice(parser, ours, param_unquote(tag));
}

static void
settle_call_id(
    struct message *parser, struct slice *ours, const osip_call_id_t *id)
{
	const struct slice number = slice_text(id->number);
	const struct slice host = slice_text(id->host);
	const size_t at = slice_find(*ours, "@");

	if (slice_equal(slice_first(*ours, at), number) &&
	    slice_equal(slice_after(*ours, at + 1), host))
		return;
	*ours = slice_of(parser->store + parser->stored, 0);
	for (size_t i = 0; i < number.len; i++)
		store_octet(parser, number.p[i]);
	if (host.len > 0)
		store_octet(parser, '@');
	for (size_t i = 0; i < host.len; i++)
		store_octet(parser, host.p[i]);
	ours->len = (size_t)(parser->store + parser->stored - ours->p);
}

static bool
settle_all(struct message *parser, struct sip_message *m, osip_message_t *osip)
{
	if (osip_list_size(&osip->vias) == 0 || osip->call_id == NULL ||
	    osip->cseq == NULL || osip->from == NULL || osip->to == NULL)
		return false;
	settle_via(parser, m, osip);
	settle_call_id(parser, &m->call_id, osip->call_id);
	settle(parser, &m->method, osip->cseq->method);
	settle_tag(parser, &m->from_tag, osip->from);
	settle_tag(parser, &m->to_tag, osip->to);
	return true;
}

/*
 * The start line as libosip2 takes it.  Behind a status code without the blank
 * of RFC 3261 section 25.1 it would take the next line, often the top Via, for
 * the reason phrase.
 */
static size_t
copy_start_line(struct message *parser, struct slice *head)
{
	const struct slice line = field_line(head);
	size_t len = line.len;

	memcpy(parser->head, line.p, len);
	if (slice_starts_with_nocase(line, "SIP/") &&
	    len == strlen("SIP/2.0 200"))
		parser->head[len++] = ' ';
	for (const uint8_t *end = line.p + line.len; end < head->p; end++)
		parser->head[len++] = *end;
	return len;
}

/* The head without its Content-Length. */
static size_t
copy_head(struct message *parser, struct slice head)
{
	struct slice rest = head;
	struct field field;
	size_t len = copy_start_line(parser, &rest);

	while (field_next(&rest, &field)) {
		if (field.name == FIELD_CONTENT_LENGTH)
			continue;
		memcpy(parser->head + len, field.lines.p, field.lines.len);
		len += field.lines.len;
	}
	if (rest.len > 0)
		memcpy(parser->head + len, rest.p, rest.len);
	return len + rest.len;
}

static bool
ask_osip(struct message *parser, struct keys *keys)
{
	const size_t len = copy_head(parser, keys->head);
	osip_message_t *osip;
	bool accepted;

	if (osip_message_init(&osip) != 0)
		return false;
	accepted = osip_message_parse(osip, (char *)parser->head, len) == 0 &&
	    settle_all(parser, &keys->m, osip);
	osip_message_free(osip);
	return accepted;
}

static enum message_verdict
give_up(struct message *parser, enum message_refusal reason)
{
	parser->counts[reason]++;
	return reason <= FOREIGN ? MESSAGE_FOREIGN : MESSAGE_REFUSED;
}

enum message_verdict
message_parse(
    struct message *parser, struct slice octets, struct sip_message *m)
{
	const struct slice message = skip_line_ends(octets);
	enum keys_verdict verdict;
	struct keys keys;

	if (!begins_like_sip(message))
		return give_up(parser, foreign_reason(message));
	if (message.len > parser->limits.octets)
		return give_up(parser, TOO_LONG);
	verdict = keys_read(message, parser->limits.headers, &keys);
	if (verdict != KEYS_READ)
		return give_up(parser, refusal_reason(verdict));

	parser->stored = 0;
	keys.m.recovered = !keys.plain || !ask_osip(parser, &keys);
	unfold(parser, &keys.m.call_id);
	unfold(parser, &keys.m.from);
	unfold(parser, &keys.m.to);
	unfold(parser, &keys.m.date);
	unfold(parser, &keys.m.content_type);
	unfold(parser, &keys.m.user_agent);
	parser->counts[BAD_LENGTH] += keys.bad_length;
	parser->counts[SHORT_BODY] += keys.short_body;
	parser->counts[RECOVERED] += keys.m.recovered;
	*m = keys.m;
	return MESSAGE_PARSED;
}

void
message_stats(const struct message *parser, counter_output *output, void *arg)
{
	for (size_t i = 0; i < REASONS; i++)
		output(arg, COUNTER_EVENT, reason_names[i], parser->counts[i]);
}

uint64_t
message_recovered(const struct message *parser)
{
	return parser->counts[RECOVERED];
}
