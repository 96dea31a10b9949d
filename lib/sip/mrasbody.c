/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mrasbody.h"

#include <expat.h>

#include "base/base64.h"
#include "base/cursor.h"
#include "base/filetime.h"

enum {
	DEPTH = 16,
	ELEMENTS = 1000,
	USERNAME = 16,           /* octets of base 64: 12 of the user name */
	DURATION = 8,            /* digits */
	LONGEST = 366 * 24 * 60, /* minutes */
	TOKEN_OCTETS = 32        /* what a user name says of its length */
};

/* Expat joins the namespace and the name of an element by this. */
#define SEPARATOR '|'
#define NAMESPACE "http://schemas.microsoft.com/2006/09/sip/mrasp"

/* The first octets of the text of an element. */
struct mrasbody_text {
	char octets[USERNAME];
	size_t len, most;
};

struct mrasbody_reading {
	XML_Parser parser;
	unsigned depth, elements;
	bool known; /* the root is one of ours */
	bool in_credentials;
	struct mrasbody_text username, duration; /* of the credentials */
	struct mrasbody_text *text; /* the element being read, or NULL */
	struct mrasbody body;
};

static void
stop(struct mrasbody_reading *r)
{
	XML_StopParser(r->parser, XML_FALSE);
}

/* The local name if it is of the MRAS schema; else empty. */
static struct slice
local_name(const XML_Char *name)
{
	const struct slice all = slice_text(name);
	const size_t at = slice_index(all, SEPARATOR);

	if (at == all.len)
		return all;
	if (!slice_is(slice_first(all, at), NAMESPACE))
		return slice_of(NULL, 0);
	return slice_after(all, at + 1);
}

static void
keep_phrase(struct mrasbody *body, const XML_Char *value)
{
	const struct slice phrase =
	    slice_first(slice_text(value), sizeof(body->reason_phrase) - 1);

	if (phrase.len > 0)
		memcpy(body->reason_phrase, phrase.p, phrase.len);
	body->reason_phrase[phrase.len] = '\0';
}

static void
on_root(
    struct mrasbody_reading *r, struct slice name, const XML_Char **attributes)
{
	r->body.is_response = slice_is(name, "response");
	r->known = r->body.is_response || slice_is(name, "request");
	if (!r->known) {
		stop(r);
		return;
	}
	for (size_t i = 0; attributes[i] != NULL; i += 2)
		if (slice_is(slice_text(attributes[i]), "reasonPhrase"))
			keep_phrase(&r->body, attributes[i + 1]);
}

/* A new one of the credentials takes the place of the one before. */
static struct mrasbody_text *
text_of(struct mrasbody_reading *r, struct slice name)
{
	struct mrasbody_text *text = NULL;

	if (slice_is(name, "username"))
		text = &r->username;
	else if (slice_is(name, "duration"))
		text = &r->duration;
	if (text != NULL)
		text->len = 0;
	return text;
}

static void
on_text(void *arg, const XML_Char *octets, int len)
{
	const struct mrasbody_reading *r = arg;
	struct mrasbody_text *text = r->text;

	for (int i = 0; text != NULL && i < len && text->len < text->most; i++)
		if (strchr(" \t\r\n", octets[i]) == NULL)
			text->octets[text->len++] = octets[i];
}

static bool
read_minutes(const struct mrasbody_text *text, nstime *duration)
{
	uint64_t minutes = 0;

	if (!slice_decimal(
		slice_of(text->octets, text->len), LONGEST, &minutes))
		return false;
	*duration = (nstime)minutes * 60 * NSTIME_S;
	return minutes > 0;
}

/* The user name begins with a version of two octets, the length of what is
 * signed, and the low half of the FILETIME of its end before the high one. */
static bool
read_end(const struct mrasbody_text *text, nstime *end)
{
	uint8_t octets[USERNAME];
	struct cursor c;
	uint32_t low, high;
	size_t len;

	if (!base64_decode(slice_of(text->octets, text->len), octets,
		sizeof(octets), &len))
		return false;
	c = cursor_over(slice_of(octets, len));
	cursor_take(&c, 2);
	if (cursor_u16(&c) != TOKEN_OCTETS)
		return false;
	low = cursor_u32(&c);
	high = cursor_u32(&c);
	return !c.bad && filetime_read((uint64_t)high << 32 | low, end);
}

static void
end_credentials(struct mrasbody_reading *r)
{
	nstime end, duration, issued;

	r->in_credentials = false;
	if (r->body.has_issued || !read_minutes(&r->duration, &duration) ||
	    !read_end(&r->username, &end) ||
	    __builtin_sub_overflow(end, duration, &issued))
		return;
	r->body.has_issued = true;
	r->body.issued = issued;
}

static void
begin_credentials(struct mrasbody_reading *r)
{
	r->body.has_credentials = r->in_credentials = true;
	r->username.len = r->duration.len = 0;
}

static void
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct mrasbody_reading *r = arg;
	const struct slice local = local_name(name);

	r->text = NULL;
	if (++r->depth > DEPTH || ++r->elements > ELEMENTS)
		stop(r);
	else if (r->depth == 1)
		on_root(r, local, attributes);
	else if (slice_is(local, "mediaRelay"))
		r->body.relays++;
	else if (slice_is(local, "credentials"))
		begin_credentials(r);
	else if (r->in_credentials)
		r->text = text_of(r, local);
}

static void
on_end(void *arg, const XML_Char *name)
{
	struct mrasbody_reading *r = arg;

	r->depth--;
	r->text = NULL;
	if (r->in_credentials && slice_is(local_name(name), "credentials"))
		end_credentials(r);
}

/* Entities are declared there, and nowhere else. */
static void
on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	stop(arg);
}

bool
mrasbody_parse(struct slice octets, struct mrasbody *body)
{
	struct mrasbody_reading r = {
		.username.most = USERNAME,
		.duration.most = DURATION,
	};
	enum XML_Status status;

	if (octets.len == 0 || octets.len > MRASBODY_OCTETS)
		return false;
	r.parser = XML_ParserCreateNS(NULL, SEPARATOR);
	if (r.parser == NULL)
		return false;
	/* Else expat would ask the system for random octets.  A document this
	 * small cannot collide for long. */
	XML_SetHashSalt(r.parser, 1);
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	status = XML_Parse(
	    r.parser, (const char *)octets.p, (int)octets.len, XML_TRUE);
	XML_ParserFree(r.parser);
	if (status != XML_STATUS_OK || !r.known)
		return false;
	*body = r.body;
	return true;
}

bool
mrasbody_succeeded(const struct mrasbody *body)
{
	return slice_is_nocase(slice_text(body->reason_phrase), "OK");
}
