/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/msdiag.h"

#include "sip/inner/field.h"
#include "sip/inner/param.h"

/* <id>;reason="..";source="..": in any order, blanks after the semicolons. */
static bool
read_value(struct slice value, struct msdiag *diag)
{
	const struct slice id =
	    slice_trim(slice_first(value, slice_index(value, ';')));
	struct msdiag d = { .whole = value };
	uint64_t number;

	if (!slice_decimal(id, UINT32_MAX, &number))
		return false;
	d.id = (uint32_t)number;
	param_find(value, ';', "reason", &d.reason);
	param_find(value, ';', "source", &d.source);
	*diag = d;
	return true;
}

bool
msdiag_find(struct slice octets, struct msdiag *diag)
{
	struct slice rest = slice_trim(octets);
	struct field field;

	field_line(&rest);
	while (field_next(&rest, &field))
		if (slice_is_nocase(field_spelling(&field), "ms-diagnostics"))
			return read_value(field.value, diag);
	return false;
}
