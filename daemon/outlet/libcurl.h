/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LIBCURL_H
#define LIBCURL_H

/* Its macros would call the functions by their names. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/*
 * What post.c needs of libcurl, which is loaded only where something is posted:
 * it brings thirty other libraries, and linking them takes as long as reading
 * ten thousand messages.
 */

struct libcurl {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

/* Loaded once and for good, by whichever thread comes first.  NULL: it is not
 * installed, or lacks a function. */
const struct libcurl *libcurl_load(void);

#endif
