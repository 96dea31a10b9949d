/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mrasbody.h"

#include <expat.h>

enum { DEPTH = 16, ELEMENTS = 1000 };

/* Expat joins the namespace and the name of an element by this. */
#define SEPARATOR '|'
#define NAMESPACE "http://schemas.microsoft.com/2006/09/sip/mrasp"

struct mrasbody_reading {
	XML_Parser parser;
	unsigned depth, elements;
	bool known; /* the root is one of ours */
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

static void
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct mrasbody_reading *r = arg;
	const struct slice local = local_name(name);

	if (++r->depth > DEPTH || ++r->elements > ELEMENTS)
		stop(r);
	else if (r->depth == 1)
		on_root(r, local, attributes);
	else if (slice_is(local, "mediaRelay"))
		r->body.relays++;
	else if (slice_is(local, "credentials"))
		r->body.has_credentials = true;
}

static void
on_end(void *arg, const XML_Char *name)
{
	struct mrasbody_reading *r = arg;

	(void)name;
	r->depth--;
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
	struct mrasbody_reading r = { .depth = 0 };
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
