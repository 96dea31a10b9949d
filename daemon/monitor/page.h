/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PAGE_H
#define PAGE_H

#include "base/slice.h"

/* The page that HTTP serves at "/", from page/page.html; static. */
struct slice page_document(void);

/*
 * The same as a file that needs no daemon: it contains `data' (JSON, the
 * answers by their questions), and its policy allows what is inline and nothing
 * else.  The caller frees it; NULL when out of memory.
 */
char *page_report(const char *data);

#endif
