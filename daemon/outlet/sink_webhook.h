/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_WEBHOOK_H
#define SINK_WEBHOOK_H

#include "outlet/post.h"
#include "outlet/sink.h"

/*
 * [webhook]: each alert's JSON object posted to a URL, retried until it is
 * taken or refused for good.  With a secret the body is signed:
 *
 *	X-Siptimed-Signature: sha256=HEX	HMAC-SHA256 of the body
 */

/* setup->argument is the URL.  NULL and errno set on failure. */
struct sink *sink_webhook_new(const struct sink_setup *setup);

enum { SINK_WEBHOOK_SIGNATURE = 128 };

/* The signature's header line of a body. */
void sink_webhook_sign(
    const char *key, struct slice body, char header[SINK_WEBHOOK_SIGNATURE]);

#endif
