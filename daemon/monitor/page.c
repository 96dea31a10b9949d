/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/page.h"

#include <stdio.h>
#include <stdlib.h>

/* Made of page/page.html by the Makefile. */
extern const unsigned char page_html[];
extern const unsigned page_html_len;

struct slice
page_document(void)
{
	return slice_of(page_html, page_html_len);
}

/* In a script element "</script" would end it, and "<!--" begin another mode:
 * JSON may write the "<" as an escape. */
static void
put_data(FILE *out, const char *data)
{
	fputs("<script type=\"application/json\" id=\"data\">", out);
	for (; *data != '\0'; data++) {
		if (*data == '<')
			fputs("\\u003c", out);
		else
			putc(*data, out);
	}
	fputs("</script>\n", out);
}

char *
page_report(const char *data)
{
	const struct slice page = page_document();
	const size_t script = slice_find(page, "<script>");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	bool failed;

	if (out == NULL)
		return NULL;
	fwrite(page.p, 1, script, out);
	put_data(out, data);
	fwrite(page.p + script, 1, page.len - script, out);
	failed = ferror(out) != 0;
	failed = fclose(out) != 0 || failed;
	if (!failed)
		return text;
	free(text);
	return NULL;
}
