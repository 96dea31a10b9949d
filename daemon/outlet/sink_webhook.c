/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_webhook.h"

#include <errno.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "base/textbuf.h"
#include "outlet/sink_json.h"

enum { KEY = 1024 };

struct webhook {
	struct post *post;
	char key[KEY]; /* "": bodies are not signed */
};

void
sink_webhook_sign(
    const char *key, struct slice body, char header[SINK_WEBHOOK_SIGNATURE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct textbuf t;

	textbuf_init(&t, header, SINK_WEBHOOK_SIGNATURE);
	textbuf_add(&t, "X-Siptimed-Signature: sha256=");
	HMAC(EVP_sha256(), key, (int)strlen(key), body.p, body.len, digest,
	    &len);
	for (unsigned i = 0; i < len; i++)
		textbuf_hex(&t, digest[i], 2);
}

/* A record refused permanently would be refused again. */
static int
deliver(void *state, const struct sink_record *record)
{
	struct webhook *w = state;
	char signature[SINK_WEBHOOK_SIGNATURE];
	const char *const headers[] = { w->key[0] == '\0' ? NULL : signature,
		NULL };
	const struct slice body = slice_of(record->octets, record->len);
	int status;

	if (w->key[0] != '\0')
		sink_webhook_sign(w->key, body, signature);
	status = post_send(w->post, body, headers);
	if (status < 0)
		return status;
	return post_may_retry(status) ? -EBUSY : 0;
}

static void
close_webhook(void *state)
{
	struct webhook *w = state;

	post_free(w->post);
	explicit_bzero(w->key, sizeof(w->key));
	free(w);
}

struct sink *
sink_webhook_new(const struct sink_setup *setup)
{
	static const struct sink_kind kind = {
		.format = sink_json_record,
		.tells_joined = sink_json_tells_joined,
		.note = sink_json_note,
		.deliver = deliver,
		.close = close_webhook,
	};
	struct webhook *w = calloc(1, sizeof(*w));
	struct post_setup post = *setup->post;
	int error = 0;

	if (w == NULL)
		return NULL;
	post.url = setup->argument;
	w->post = post_new(&post);
	if (w->post == NULL)
		error = -errno;
	else if (setup->secret != NULL && setup->secret[0] != '\0')
		error = post_secret(setup->secret, w->key, sizeof(w->key));
	if (error == 0)
		return sink_new("webhook", &kind, w, setup->limit, setup->rate);
	close_webhook(w);
	errno = -error;
	return NULL;
}
