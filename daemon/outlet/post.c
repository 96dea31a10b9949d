/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/post.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outlet/libcurl.h"

enum { SECRET = 4096, ANSWER_MOST = 65536 };

struct post {
	const struct libcurl *lib;
	CURL *curl;
	char *url, *ca;
	char user[SECRET], bearer[SECRET];
	size_t answered; /* octets of the answer, which nobody reads */
};

/* What is cut short would be another secret. */
static int
end_line(char *secret, size_t len, size_t size)
{
	struct slice line = slice_of(secret, len);

	line = slice_first(line, slice_index(line, '\n'));
	line = slice_first(line, slice_index(line, '\r'));
	if (line.len == size)
		return -EFBIG;
	secret[line.len] = '\0';
	return line.len == 0 ? -ENODATA : 0;
}

int
post_secret(const char *path, char *secret, size_t size)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat status;
	ssize_t len = -1;
	int error = 0;

	if (file < 0)
		return -errno;
	if (fstat(file, &status) != 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	else if ((status.st_mode & S_IRWXO) != 0)
		error = -EPERM;
	if (error == 0)
		len = read(file, secret, size);
	if (error == 0 && len < 0)
		error = -errno;
	close(file);
	return error != 0 ? error : end_line(secret, (size_t)len, size);
}

/* The answer is not read, and one without an end is no reason to wait. */
static size_t
on_answer(char *octets, size_t size, size_t count, void *arg)
{
	struct post *p = arg;

	(void)octets;
	p->answered += size * count;
	return p->answered > ANSWER_MOST ? 0 : size * count;
}

static int
read_secrets(struct post *p, const struct post_setup *setup)
{
	static const char scheme[] = "Authorization: Bearer ";
	const size_t len = strlen(scheme);
	int error = 0;

	if (setup->user != NULL && setup->user[0] != '\0')
		error = post_secret(setup->user, p->user, sizeof(p->user));
	if (error != 0 || setup->token == NULL || setup->token[0] == '\0')
		return error;
	memcpy(p->bearer, scheme, len);
	return post_secret(
	    setup->token, p->bearer + len, sizeof(p->bearer) - len);
}

static void
set_options(struct post *p)
{
	const struct libcurl *lib = p->lib;
	CURL *c = p->curl;

	lib->easy_setopt(c, CURLOPT_URL, p->url);
	lib->easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	lib->easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	lib->easy_setopt(c, CURLOPT_TIMEOUT, (long)POST_TIMEOUT);
	lib->easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 5L);
	lib->easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	lib->easy_setopt(c, CURLOPT_PROXY, "");
	lib->easy_setopt(c, CURLOPT_USERAGENT, "siptimed");
	lib->easy_setopt(c, CURLOPT_WRITEFUNCTION, on_answer);
	lib->easy_setopt(c, CURLOPT_WRITEDATA, p);
	if (p->ca != NULL)
		lib->easy_setopt(c, CURLOPT_CAINFO, p->ca);
	if (p->user[0] != '\0')
		lib->easy_setopt(c, CURLOPT_USERPWD, p->user);
}

struct post *
post_new(const struct post_setup *setup)
{
	struct post *p = calloc(1, sizeof(*p));
	int error = -ENOMEM;

	if (p == NULL)
		return NULL;
	p->lib = libcurl_load();
	if (p->lib == NULL) {
		free(p);
		errno = ELIBACC;
		return NULL;
	}
	p->curl = p->lib->easy_init();
	p->url = strdup(setup->url);
	if (setup->ca != NULL && setup->ca[0] != '\0')
		p->ca = strdup(setup->ca);
	if (p->curl != NULL && p->url != NULL)
		error = read_secrets(p, setup);
	if (error == 0) {
		set_options(p);
		return p;
	}
	post_free(p);
	errno = -error;
	return NULL;
}

void
post_free(struct post *p)
{
	if (p == NULL)
		return;
	if (p->curl != NULL)
		p->lib->easy_cleanup(p->curl);
	explicit_bzero(p->user, sizeof(p->user));
	explicit_bzero(p->bearer, sizeof(p->bearer));
	free(p->url);
	free(p->ca);
	free(p);
}

static int
error_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
	case CURLE_WRITE_ERROR: /* the answer was long */
		return 0;
	case CURLE_COULDNT_RESOLVE_HOST:
		return -EADDRNOTAVAIL;
	case CURLE_COULDNT_CONNECT:
		return -ECONNREFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return -EKEYREJECTED;
	default:
		return -EIO;
	}
}

static struct curl_slist *
all_headers(const struct post *p, const char *const *headers)
{
	struct curl_slist *list =
	    p->lib->slist_append(NULL, "Content-Type: application/json");

	/* Without it curl asks before it sends, and waits a second. */
	list = p->lib->slist_append(list, "Expect:");
	if (p->bearer[0] != '\0')
		list = p->lib->slist_append(list, p->bearer);
	for (; headers != NULL && *headers != NULL; headers++)
		list = p->lib->slist_append(list, *headers);
	return list;
}

int
post_send(struct post *p, struct slice body, const char *const *headers)
{
	struct curl_slist *list = all_headers(p, headers);
	long status = 0;
	CURLcode code;

	p->answered = 0;
	p->lib->easy_setopt(p->curl, CURLOPT_HTTPHEADER, list);
	p->lib->easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
	p->lib->easy_setopt(p->curl, CURLOPT_POSTFIELDS, body.p);
	code = p->lib->easy_perform(p->curl);
	p->lib->easy_setopt(p->curl, CURLOPT_HTTPHEADER, NULL);
	p->lib->slist_free_all(list);
	if (error_of(code) != 0)
		return error_of(code);
	p->lib->easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

bool
post_may_retry(int status)
{
	return status < 200 || status == 408 || status == 429 || status >= 500;
}
