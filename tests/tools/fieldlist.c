/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * fieldlist: the fields of each kind's evidence, one a line, parted by tabs:
 * kind, name, JSON type, "always" or "may", possible values.  outputs.py holds
 * what siptimed prints against it.
 */

#include <stdio.h>

#include "findings/finding.h"

static const char *const types[] = {
	[EVIDENCE_TEXT] = "str",
	[EVIDENCE_INTEGER] = "int",
	[EVIDENCE_SECONDS] = "float",
	[EVIDENCE_TIME] = "time",
	[EVIDENCE_BOOLEAN] = "bool",
	[EVIDENCE_LIST] = "list",
	[EVIDENCE_NUMBERS] = "list",
	[EVIDENCE_DECIMAL] = "float",
};

int
main(void)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		const struct finding_row *row =
		    finding_row((enum finding_kind)i);
		const struct finding_field *f = row->fields;

		for (; f->name != NULL; f++)
			printf("%s\t%s\t%s\t%s\t%s\n", row->name, f->name,
			    types[f->type], f->always ? "always" : "may",
			    f->values == NULL ? "" : f->values);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
