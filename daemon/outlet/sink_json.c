/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink_json.h"

#include <errno.h>
#include <stdlib.h>

#include "report/jsonline.h"

/* `line' is freed. */
static int
put(FILE *out, char *line)
{
	int error = 0;

	if (line == NULL)
		return -ENOMEM;
	if (fputs(line, out) == EOF || putc('\n', out) == EOF)
		error = -errno;
	free(line);
	return error;
}

int
sink_json_alert(FILE *out, const struct alert_event *event)
{
	return put(out, jsonline_alert(event));
}

int
sink_json_summary(FILE *out, const struct summary *summary)
{
	return put(out, jsonline_summary(summary));
}
