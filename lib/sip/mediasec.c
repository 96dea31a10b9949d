/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mediasec.h"

#include "sip/inner/param.h"

enum { PARTS = 8 };

/* The media lines of one kind, audio or video: what they offer together. */
struct mediasec_medium {
	bool seen, secure, plain, keys;
	bool required, refused; /* a=encryption of older clients */
};

struct mediasec_description {
	struct mediasec_medium media[2]; /* audio, video */
	struct mediasec_medium
	    *current; /* NULL: before the first, or of no interest */
	bool sdes, dtls;
};

const char *
mediasec_name(enum mediasec_level level)
{
	static const char *const names[] = {
		[MEDIASEC_UNKNOWN] = "unknown",
		[MEDIASEC_NOT_SUPPORTED] = "not_supported",
		[MEDIASEC_SUPPORTED] = "supported",
		[MEDIASEC_REQUIRED] = "required",
	};

	return names[level];
}

static struct slice
next_line(struct slice *rest)
{
	const size_t end = slice_index(*rest, '\n');
	const struct slice line = slice_trim(slice_first(*rest, end));

	*rest = slice_after(*rest, end + 1);
	return line;
}

static struct slice
next_word(struct slice *rest)
{
	const size_t end = slice_index(*rest, ' ');
	const struct slice word = slice_first(*rest, end);

	*rest = slice_after(*rest, end + 1);
	return word;
}

/* m=audio 49170 RTP/SAVP 0 8; the profile may have a transport before it. */
static void
read_media(struct mediasec_description *d, struct slice value)
{
	const struct slice kind = next_word(&value);
	const struct slice port = next_word(&value);
	const struct slice profile = next_word(&value);

	d->current = NULL;
	if (slice_is(port, "0") || slice_starts_with(port, "0/"))
		return;
	if (slice_is(kind, "audio"))
		d->current = &d->media[0];
	else if (slice_is(kind, "video"))
		d->current = &d->media[1];
	else
		return;
	d->current->seen = true;
	if (slice_find(profile, "RTP/SAVP") < profile.len)
		d->current->secure = true;
	else
		d->current->plain = true;
}

static void
read_attribute(struct mediasec_description *d, struct slice value)
{
	struct mediasec_medium *m = d->current;

	if (slice_starts_with(value, "fingerprint:")) {
		d->dtls = true;
		if (m != NULL)
			m->keys = true;
	}
	if (m == NULL)
		return;
	if (slice_starts_with(value, "crypto:") ||
	    slice_starts_with(value, "cryptoscale:"))
		m->keys = d->sdes = true;
	m->required |= slice_starts_with(value, "encryption:required");
	m->refused |= slice_starts_with(value, "encryption:rejected");
}

/* The older attribute, where there is one, gives it explicitly. */
static enum mediasec_level
level_of(const struct mediasec_medium *m)
{
	if (!m->seen)
		return MEDIASEC_UNKNOWN;
	if (m->required || (m->secure && !m->plain))
		return MEDIASEC_REQUIRED;
	if (m->refused)
		return MEDIASEC_NOT_SUPPORTED;
	return m->secure || m->keys ? MEDIASEC_SUPPORTED
				    : MEDIASEC_NOT_SUPPORTED;
}

static void
read_sdp(struct slice body, struct mediasec *found)
{
	struct mediasec_description d = { .current = NULL };

	while (body.len > 0) {
		const struct slice line = next_line(&body);

		if (slice_starts_with(line, "m="))
			read_media(&d, slice_after(line, 2));
		else if (slice_starts_with(line, "a="))
			read_attribute(&d, slice_after(line, 2));
	}
	found->sdes |= d.sdes;
	found->dtls |= d.dtls;
	for (size_t i = 0; i < 2; i++)
		if (level_of(&d.media[i]) > found->level)
			found->level = level_of(&d.media[i]);
}

/* Boundaries and the parts' headers are lines that no SDP has, so a part is
 * read from its boundary on; each is a description of its own. */
static void
read_parts(struct slice body, struct slice boundary, struct mediasec *found)
{
	for (unsigned part = 0; part < PARTS && body.len > 0; part++) {
		size_t end = 0;

		while (end < body.len &&
		    !(slice_starts_with(slice_after(body, end), "--") &&
			slice_equal(slice_between(
					body, end + 2, end + 2 + boundary.len),
			    boundary)))
			end += slice_index(slice_after(body, end), '\n') + 1;
		read_sdp(slice_first(body, end), found);
		body = slice_after(body, end + 2 + boundary.len);
	}
}

bool
mediasec_parse(
    struct slice content_type, struct slice body, struct mediasec *found)
{
	struct mediasec m = { .level = MEDIASEC_UNKNOWN };
	struct slice boundary = slice_of(NULL, 0);

	if (slice_starts_with_nocase(content_type, "application/sdp")) {
		read_sdp(body, &m);
	} else if (slice_starts_with_nocase(content_type, "multipart/") &&
	    param_find(content_type, ';', "boundary", &boundary) &&
	    boundary.len > 0) {
		read_parts(body, boundary, &m);
	}
	if (m.level == MEDIASEC_UNKNOWN)
		return false;
	*found = m;
	return true;
}
