/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/libcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define SHARED_OBJECT "libcurl.so.4"

static struct libcurl functions;
static const struct libcurl *loaded;

/* POSIX has pointers to objects and to functions in one form. */
static bool
find(void *library, const char *name, void *function)
{
	void *const found = dlsym(library, name);

	memcpy(function, &found, sizeof(found));
	return found != NULL;
}

static void
load(void)
{
	struct libcurl *f = &functions;
	void *const library = dlopen(SHARED_OBJECT, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL ||
	    !find(library, "curl_global_init", &f->global_init) ||
	    !find(library, "curl_easy_init", &f->easy_init) ||
	    !find(library, "curl_easy_cleanup", &f->easy_cleanup) ||
	    !find(library, "curl_easy_setopt", &f->easy_setopt) ||
	    !find(library, "curl_easy_getinfo", &f->easy_getinfo) ||
	    !find(library, "curl_easy_perform", &f->easy_perform) ||
	    !find(library, "curl_slist_append", &f->slist_append) ||
	    !find(library, "curl_slist_free_all", &f->slist_free_all))
		return;
	if (f->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		loaded = f;
}

const struct libcurl *
libcurl_load(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return loaded;
}
