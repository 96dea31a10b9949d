/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * catalog journal|man: what lib/report/catalog says about each kind of alert,
 * as the journal's message catalog (found by the MESSAGE_IDs of
 * lib/report/fields) or as a section of siptimed(8).
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "report/catalog.h"
#include "report/fields.h"

static const char over[] =
    "What was raised is over.  The reason says how that is known: healthy\n"
    "(it was seen to work again), quiet (no more of it was seen for long,\n"
    "which may only mean that nobody tried), superseded (another alert says\n"
    "it better), withdrawn (it was wrong: what seemed missing came late).\n";

static void
journal_entry(enum finding_kind kind, bool resolved)
{
	const struct catalog_entry *entry = catalog_find(kind);

	printf("-- %s\nSubject: @SIPTIMED_SUBJECT@: %s%s\n"
	       "Defined-By: siptimed\nDocumentation: man:siptimed(8)\n\n",
	    fields_message_id(kind, resolved), resolved ? "over: " : "",
	    entry->summary);
	if (resolved)
		printf("%s\nHere it is: @SIPTIMED_REASON@.\n\n", over);
	else
		printf("%s\nWhat to do: %s.\n\n", entry->text, entry->advice);
}

/* Backslashes and dots at a line's begin mean something to mdoc. */
static void
man_text(const char *text, size_t len)
{
	if (len > 0 && (*text == '.' || *text == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(text[i]);
		/* One sentence a line, as mdoc wants it. */
		if (text[i] == '.' && i + 2 < len && text[i + 1] == ' ' &&
		    text[i + 2] == ' ') {
			putchar('\n');
			i += 2;
		}
	}
	putchar('\n');
}

static bool
is_item(const char *text)
{
	return isdigit((unsigned char)text[0]) &&
	    strncmp(text + 1, ". ", 2) == 0;
}

/* Paragraphs, and lists whose items begin with a number. */
static void
man_paragraphs(const char *text)
{
	bool listed = false;

	while (*text != '\0') {
		const size_t len = strcspn(text, "\n");
		const char *next = text + len + (text[len] == '\n');
		const size_t skip = is_item(text) || listed ? 3 : 0;

		if (len == 0) {
			puts(listed             ? ".El\n.Pp"
				: is_item(next) ? ".Bl -enum"
						: ".Pp");
			listed = !listed && is_item(next);
		} else {
			if (is_item(text))
				puts(".It");
			man_text(text + skip, len - skip);
		}
		text = next;
	}
	if (listed)
		puts(".El");
}

static void
man(void)
{
	puts(".Sh ALERTS");
	for (unsigned i = 0; i < FINDING_KINDS; i++) {
		const enum finding_kind kind = (enum finding_kind)i;
		const struct catalog_entry *entry = catalog_find(kind);

		printf(".Ss %s: %s\n", finding_kind_name(kind), entry->summary);
		man_paragraphs(entry->text);
		printf(".Pp\nWhat to do: %s.\n", entry->advice);
	}
	puts(".Ss Resolved alerts");
	man_paragraphs(over);
}

int
main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "man") == 0) {
		man();
	} else if (argc == 2 && strcmp(argv[1], "journal") == 0) {
		for (unsigned i = 0; i < FINDING_KINDS; i++) {
			journal_entry((enum finding_kind)i, false);
			journal_entry((enum finding_kind)i, true);
		}
	} else {
		fputs("usage: catalog journal|man\n", stderr);
		return 2;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
