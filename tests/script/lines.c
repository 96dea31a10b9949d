/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "script/words.h"

static void
add_line(struct lines *l, unsigned number, char *text)
{
	struct line *last = l->count == 0 ? NULL : &l->line[l->count - 1];
	char *comment = *text == '#' ? text : strstr(text, " #");
	const char *start;

	if (comment == NULL)
		comment = strstr(text, "\t#");
	if (comment != NULL)
		*comment = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	start = text + strspn(text, " \t");
	words_at(l->path, number);
	if (*start == '\0')
		return;
	if (*start != '|') {
		l->line[l->count++] = (struct line){
			.number = number,
			.text = octets_text("%s", start),
		};
		return;
	}
	if (last == NULL || last->details == 64)
		words_fail("a detail with no line above it, or too many");
	start += 1 + strspn(start + 1, " \t");
	last->detail[last->details++] = octets_text("%s", start);
}

void
lines_read(struct lines *l, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	size_t size = 0, room = 0;
	char *text = NULL;

	l->path = path;
	words_at(path, 0);
	if (file == NULL)
		words_fail("cannot read it");
	for (unsigned number = 1; getline(&text, &size, file) != -1; number++) {
		if (l->count == room) {
			struct line *grown =
			    octets_alloc((2 * room + 64) * sizeof(*grown));

			if (l->count > 0)
				memcpy(
				    grown, l->line, l->count * sizeof(*grown));
			l->line = grown;
			room = 2 * room + 64;
		}
		add_line(l, number, text);
	}
	free(text);
	if (file != stdin)
		fclose(file);
}

const char *
lines_with_turn(unsigned long turn, const char *text)
{
	struct octets o = { .len = 0 };

	while (*text != '\0') {
		const size_t plain = strcspn(text, "%");
		size_t width = 0;

		octets_add(&o, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		text++;
		while (text[width] == 'n')
			width++;
		if (width == 0)
			octets_print(&o, "%%");
		else
			octets_print(&o, "%0*lu", (int)width, turn);
		text += width;
	}
	octets_u8(&o, 0);
	return (const char *)o.p;
}
