/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <sys/queue.h>

#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/access.h"
#include "monitor/socketfile.h"

enum {
	HEADERS_MOST = 8192,
	BODY_MOST = 4096,
	TIMEOUT_S = 10,
	BACKLOG = 16,
	LISTENERS = 4,
	CONNECTIONS = 64,
	PAGE_MOST = 4 * 1024 * 1024,
	POLICY = 512
};

#define API "/api/v1/"

struct http {
	struct http_setup setup;
	struct evhttp *server;
	char policy[POLICY]; /* the page's Content-Security-Policy */
	struct evconnlistener *listeners[LISTENERS];
	size_t listener_count;
	int most; /* descriptors up to this one may be connections */
	char unlinked[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

/* ---- who may ask ---- */

/* A peer without an address came over a Unix socket, whose file decides. */
static bool
may_ask(const struct http *h, struct evhttp_request *request)
{
	const struct address peer = access_peer(
	    evhttp_connection_get_addr(evhttp_request_get_connection(request)));

	if (peer.version == 0 || access_is_loopback(&peer))
		return true;
	for (size_t i = 0; i < h->setup.allow_count; i++)
		if (value_prefix_covers(&h->setup.allow[i], &peer))
			return true;
	return false;
}

/* ---- answers ---- */

static void
add_header(struct evhttp_request *request, const char *name, const char *value)
{
	evhttp_add_header(
	    evhttp_request_get_output_headers(request), name, value);
}

/* evhttp sends whatever body it is given even in answer to HEAD, which forbids
 * one (RFC 9110 section 9.3.2). */
static void
send_body(struct evhttp_request *request, int status, const char *type,
    const char *body, size_t len)
{
	struct evbuffer *out = evbuffer_new();
	char length[32];
	struct textbuf t;

	if (out == NULL) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	textbuf_init(&t, length, sizeof(length));
	textbuf_uint(&t, len);
	add_header(request, "Content-Type", type);
	add_header(request, "Content-Length", length);
	add_header(request, "Cache-Control", "no-store");
	add_header(request, "X-Content-Type-Options", "nosniff");
	add_header(request, "Referrer-Policy", "no-referrer");
	if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD)
		evbuffer_add(out, body, len);
	evhttp_send_reply(request, status, NULL, out);
	evbuffer_free(out);
}

static void
send_text(struct evhttp_request *request, int status, const char *text)
{
	send_body(
	    request, status, "text/plain; charset=utf-8", text, strlen(text));
}

static void
send_metrics(struct http *h, struct evhttp_request *request)
{
	const char *accept = evhttp_find_header(
	    evhttp_request_get_input_headers(request), "Accept");
	const enum metrics_form form = metrics_accepted(slice_text(accept));
	struct metrics m;
	const char *page;
	size_t len;

	metrics_init(&m, form, PAGE_MOST);
	h->setup.fill(h->setup.arg, &m);
	page = metrics_page(&m, &len);
	if (page != NULL)
		send_body(
		    request, HTTP_OK, metrics_content_type(form), page, len);
	else
		send_text(request, HTTP_INTERNAL, "out of memory\n");
	metrics_done(&m);
}

static void
send_ready(struct http *h, struct evhttp_request *request)
{
	char store[ASK_ERROR];
	struct textbuf why;

	textbuf_init(&why, store, sizeof(store));
	if (h->setup.ready(h->setup.arg, &why)) {
		send_text(request, HTTP_OK, "ready\n");
		return;
	}
	textbuf_add(&why, "\n");
	send_text(request, HTTP_SERVUNAVAIL, store);
}

/* "a=b&c=d" as an object of texts. */
static json_t *
arguments_of(const char *query)
{
	struct evkeyvalq pairs;
	struct evkeyval *pair;
	json_t *arguments = json_object();

	if (query == NULL || evhttp_parse_query_str(query, &pairs) != 0)
		return arguments;
	TAILQ_FOREACH (pair, &pairs, next)
		json_object_set_new(
		    arguments, pair->key, json_string(pair->value));
	evhttp_clear_headers(&pairs);
	return arguments;
}

static void
send_answer(struct http *h, struct evhttp_request *request,
    const char *question, const char *query)
{
	json_t *arguments = arguments_of(query);
	const struct ask ask = {
		.question = question,
		.arguments = arguments,
	};
	char store[ASK_ERROR];
	struct textbuf error;
	json_t *answer;
	char *text;

	textbuf_init(&error, store, sizeof(store));
	answer = h->setup.answer(h->setup.arg, &ask, &error);
	json_decref(arguments);
	if (answer == NULL)
		answer = json_pack("{s:s}", "error", store);
	text = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (text != NULL)
		send_body(request, error.len > 0 ? HTTP_NOTFOUND : HTTP_OK,
		    "application/json", text, strlen(text));
	else
		send_text(request, HTTP_INTERNAL, "out of memory\n");
	free(text);
	json_decref(answer);
}

static void
send_page(struct http *h, struct evhttp_request *request)
{
	add_header(request, "Content-Security-Policy", h->policy);
	add_header(request, "X-Frame-Options", "DENY");
	send_body(request, HTTP_OK, "text/html; charset=utf-8",
	    (const char *)h->setup.page.p, h->setup.page.len);
}

static void
route(struct http *h, struct evhttp_request *request, const char *path,
    const char *query)
{
	if (strcmp(path, "/metrics") == 0)
		send_metrics(h, request);
	else if (strcmp(path, "/healthz") == 0)
		send_text(request, HTTP_OK, "alive\n");
	else if (strcmp(path, "/readyz") == 0)
		send_ready(h, request);
	else if (strncmp(path, API, strlen(API)) == 0)
		send_answer(h, request, path + strlen(API), query);
	else if (strcmp(path, "/") == 0)
		send_page(h, request);
	else
		send_text(request, HTTP_NOTFOUND,
		    "not here; there are / /metrics /healthz /readyz and "
		    "/api/v1/status\n");
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct http *h = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri == NULL ? NULL : evhttp_uri_get_path(uri);
	const char *host = evhttp_find_header(
	    evhttp_request_get_input_headers(request), "Host");

	if (!may_ask(h, request))
		send_text(request, 403,
		    "this address is not in [http] allow of siptimed.conf\n");
	else if (host != NULL &&
	    !access_host_is_known(
		slice_text(host), h->setup.names, h->setup.name_count))
		send_text(request, 421,
		    "the Host header names neither an address nor a name in "
		    "[http] names of siptimed.conf\n");
	else if (path == NULL)
		send_text(request, HTTP_BADREQUEST, "no path\n");
	else
		route(h, request, path, evhttp_uri_get_query(uri));
}

/* ---- the page's policy ---- */

/* Adds 'sha256-...' of the text between the first `tag' and its end. */
static void
allow_inline(
    struct textbuf *policy, struct slice page, const char *tag, const char *end)
{
	const size_t from = slice_find(page, tag) + strlen(tag);
	const struct slice rest = slice_after(page, from);
	const struct slice content = slice_first(rest, slice_find(rest, end));
	unsigned char digest[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(
		content.p, content.len, digest, &len, EVP_sha256(), NULL) != 1)
		return;
	EVP_EncodeBlock(text, digest, (int)len);
	textbuf_add(policy, " 'sha256-");
	textbuf_add(policy, (const char *)text);
	textbuf_add(policy, "'");
}

static void
write_policy(struct http *h)
{
	struct textbuf t;

	textbuf_init(&t, h->policy, sizeof(h->policy));
	textbuf_add(&t,
	    "default-src 'none'; connect-src 'self'; img-src data:; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
	    "script-src");
	allow_inline(&t, h->setup.page, "<script>", "</script>");
	textbuf_add(&t, "; style-src");
	allow_inline(&t, h->setup.page, "<style>", "</style>");
}

/* ---- its life ---- */

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	evhttp_free(h->server);
	if (h->unlinked[0] != '\0')
		unlink(h->unlinked);
	free(h);
}

/*
 * evhttp 2.1 knows no limit of connections.  The lowest free descriptor shows
 * how many there may be: with CONNECTIONS of them beside what others have no
 * more are accepted, until http_tick() finds that some have gone.  Without any
 * it would fail to accept again at once, for ever: it rests likewise.
 */
static int
lowest_free(void)
{
	const int lowest = dup(STDERR_FILENO);

	if (lowest >= 0)
		close(lowest);
	return lowest;
}

static struct bufferevent *
on_accepted(struct event_base *base, void *arg)
{
	struct http *h = arg;
	const int lowest = lowest_free();

	if (lowest < 0 || lowest > h->most) {
		for (size_t i = 0; i < h->listener_count; i++)
			evconnlistener_disable(h->listeners[i]);
	}
	return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
}

static void
on_failure(struct evconnlistener *listener, void *arg)
{
	(void)arg; /* evhttp's */
	evconnlistener_disable(listener);
}

void
http_tick(struct http *h)
{
	const int lowest = lowest_free();

	if (lowest < 0 || lowest > h->most)
		return;
	for (size_t i = 0; i < h->listener_count; i++)
		evconnlistener_enable(h->listeners[i]);
}

struct http *
http_new(const struct http_setup *setup)
{
	struct http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->setup = *setup;
	h->server = evhttp_new(setup->base);
	if (h->server == NULL) {
		free(h);
		return NULL;
	}
	write_policy(h);
	evhttp_set_allowed_methods(h->server, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(h->server, HEADERS_MOST);
	evhttp_set_max_body_size(h->server, BODY_MOST);
	evhttp_set_timeout(h->server, TIMEOUT_S);
	evhttp_set_bevcb(h->server, on_accepted, h);
	evhttp_set_gencb(h->server, on_request, h);
	return h;
}

int
http_take(struct http *h, int listening)
{
	struct evhttp_bound_socket *bound;
	struct evconnlistener *listener;

	if (h->listener_count == LISTENERS)
		return -EMFILE;
	if (evutil_make_socket_nonblocking(listening) != 0)
		return -errno;
	bound = evhttp_accept_socket_with_handle(h->server, listening);
	if (bound == NULL)
		return -EINVAL;
	listener = evhttp_bound_socket_get_listener(bound);
	evconnlistener_set_error_cb(listener, on_failure);
	h->listeners[h->listener_count++] = listener;
	h->most = lowest_free() + CONNECTIONS + h->setup.others;
	return 0;
}

static int
listen_at(struct http *h, const struct sockaddr *address, socklen_t len)
{
	const int yes = 1;
	const int listening =
	    socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = 0;

	if (listening < 0)
		return -errno;
	setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(listening, address, len) != 0 ||
	    listen(listening, BACKLOG) != 0)
		error = -errno;
	if (error == 0)
		error = http_take(h, listening);
	if (error != 0)
		close(listening);
	return error;
}

static int
listen_unix(struct http *h, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const size_t len = strlen(path);
	int error;

	if (len == 0 || len >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, len + 1);
	error = socketfile_make_way(path);
	if (error == 0)
		error =
		    listen_at(h, (struct sockaddr *)&address, sizeof(address));
	if (error == 0)
		memcpy(h->unlinked, path, len + 1);
	return error;
}

static int
listen_endpoint(struct http *h, const struct endpoint *e)
{
	struct sockaddr_storage address;
	const socklen_t len = access_sockaddr(e, &address);

	return listen_at(h, (struct sockaddr *)&address, len);
}

int
http_listen(struct http *h, const char *where)
{
	static const char scheme[] = "unix:";
	struct endpoint endpoint;

	if (strncmp(where, scheme, strlen(scheme)) == 0)
		return listen_unix(h, where + strlen(scheme));
	if (!access_parse(slice_text(where), &endpoint))
		return -EINVAL;
	return listen_endpoint(h, &endpoint);
}
