/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/libcurl.h"

#include "unit/unit.h"

START_TEST(every_function_is_found)
{
	const struct libcurl *lib = libcurl_load();
	struct curl_slist *list;
	CURL *curl;

	ck_assert_ptr_nonnull(lib);
	curl = lib->easy_init();
	ck_assert_ptr_nonnull(curl);
	ck_assert_int_eq(
	    lib->easy_setopt(curl, CURLOPT_URL, "http://192.0.2.1/"), CURLE_OK);
	list = lib->slist_append(NULL, "Expect:");
	ck_assert_str_eq(list->data, "Expect:");
	lib->slist_free_all(list);
	lib->easy_cleanup(curl);
}
END_TEST

START_TEST(it_is_loaded_once)
{
	ck_assert_ptr_eq(libcurl_load(), libcurl_load());
}
END_TEST

UNIT("libcurl", every_function_is_found, it_is_loaded_once)
