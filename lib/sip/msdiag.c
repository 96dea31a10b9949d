/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/msdiag.h"

#include "sip/inner/field.h"
#include "sip/inner/param.h"

static const char *const names[] = {
	[MSDIAG_SERVER] = "ms-diagnostics",
	[MSDIAG_PUBLIC] = "ms-diagnostics-public",
	[MSDIAG_CLIENT] = "ms-client-diagnostics",
};

const char *
msdiag_name(enum msdiag_field field)
{
	return names[field];
}

/* 1013, or 1013.2 with an id below it. */
static bool
read_id(struct slice value, uint32_t *id)
{
	const struct slice digits = slice_first(value, slice_index(value, '.'));
	uint64_t number;

	if (!slice_decimal(slice_trim(digits), UINT32_MAX, &number))
		return false;
	*id = (uint32_t)number;
	return true;
}

/* <id>;reason="..";source="..": in any order, blanks after the semicolons. */
static bool
read_value(struct slice value, struct msdiag *diag)
{
	struct msdiag d = { .field = diag->field, .whole = value };

	if (!read_id(slice_first(value, slice_index(value, ';')), &d.id))
		return false;
	param_find(value, ';', "reason", &d.reason);
	param_find(value, ';', "source", &d.source);
	*diag = d;
	return true;
}

static bool
is_diagnostic(const struct field *field, enum msdiag_field *which)
{
	const struct slice name = field_spelling(field);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_is_nocase(name, names[i])) {
			*which = i;
			return true;
		}
	return false;
}

struct slice
msdiag_begin(struct slice octets)
{
	struct slice rest = slice_trim(octets);

	field_line(&rest);
	return rest;
}

bool
msdiag_next(struct slice *rest, struct msdiag *diag)
{
	struct field field;
	struct msdiag found;

	while (field_next(rest, &field))
		if (is_diagnostic(&field, &found.field) &&
		    read_value(field.value, &found)) {
			*diag = found;
			return true;
		}
	return false;
}

bool
msdiag_param(const struct msdiag *diag, const char *name, struct slice *value)
{
	return param_find(diag->whole, ';', name, value);
}
