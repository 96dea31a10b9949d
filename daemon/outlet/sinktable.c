/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sinktable.h"

#include "outlet/sink_alertmanager.h"
#include "outlet/sink_exec.h"
#include "outlet/sink_file.h"
#include "outlet/sink_journal.h"
#include "outlet/sink_syslog.h"
#include "outlet/sink_webhook.h"

static const struct sinktable_row rows[] = {
	{ "journal", NULL, sink_journal_new, "journald" },
	{ "syslog", NULL, sink_syslog_new, "a syslog daemon at /dev/log" },
	{ "stdout", NULL, sink_file_standard, "an open standard output" },
	{ "json", "/", sink_file_json, "a file that siptimed may append to" },
	{ "exec", "/", sink_exec_new, "a program that siptimed may execute" },
	{ "alertmanager", "http", sink_alertmanager_new,
	    "[alertmanager], its files readable for siptimed alone" },
	{ "webhook", "http", sink_webhook_new,
	    "[webhook], its files readable for siptimed alone" },
};

const struct sinktable_row *
sinktable_find(struct slice item, struct slice *argument)
{
	const size_t colon = slice_index(item, ':');
	const struct slice word = slice_first(item, colon);
	const struct slice rest = slice_after(item, colon + 1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct sinktable_row *row = &rows[i];

		if (!slice_is(word, row->word))
			continue;
		if (row->argument == NULL
			? colon < item.len
			: !slice_starts_with(rest, row->argument) ||
			    rest.len == strlen(row->argument))
			return NULL;
		*argument = rest;
		return row;
	}
	return NULL;
}

const char *
sinktable_automatic(void)
{
	return sink_journal_present() ? "journal" : "syslog";
}

bool
sinktable_accepts(struct slice item)
{
	struct slice argument;

	return slice_is(item, SINKTABLE_AUTOMATIC) ||
	    sinktable_find(item, &argument) != NULL;
}
