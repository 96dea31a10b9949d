/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/reportfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/page.h"

/* What the page asks for: its names() in page.html. */
static const char *const questions[] = { "status", "alerts", "clocks",
	"servers", "certs" };

static int
complain(const char *path, int error, const struct log *log)
{
	if (error < 0)
		log_error(log, "--report %s: %s", path, strerror(-error));
	return error;
}

int
reportfile_check(const char *path, const struct log *log)
{
	FILE *file = fopen(path, "a");
	const int error = file == NULL ? -errno : 0;

	if (file != NULL)
		fclose(file);
	return complain(path, error, log);
}

static char *
collect(const struct answers_rooms *rooms)
{
	json_t *answers = json_object();
	char why[ASK_ERROR];
	char *text = NULL;
	struct textbuf t;

	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		const struct ask ask = { .question = questions[i] };

		textbuf_init(&t, why, sizeof(why));
		json_object_set_new(
		    answers, questions[i], answers_give(rooms, &ask, &t));
	}
	if (json_object_size(answers) == sizeof(questions) / sizeof(*questions))
		text = json_dumps(answers, JSON_COMPACT);
	json_decref(answers);
	return text;
}

static int
write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	int error = 0;

	if (file == NULL)
		return -errno;
	if (fputs(text, file) == EOF)
		error = -errno;
	if (fclose(file) == EOF && error == 0)
		error = -errno;
	return error;
}

int
reportfile_write(
    const char *path, const struct answers_rooms *rooms, const struct log *log)
{
	char *data = collect(rooms);
	char *page = data == NULL ? NULL : page_report(data);
	const int error = page == NULL ? -ENOMEM : write_text(path, page);

	free(page);
	free(data);
	return complain(path, error, log);
}
