/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipreason.h"

#include "sip/inner/field.h"
#include "sip/inner/param.h"

/* Take the first value off the list. */
static struct sipreason
read_value(struct slice *values)
{
	const struct slice value =
	    slice_first(*values, param_unquoted(*values, ","));
	const size_t end = param_unquoted(value, ";");
	struct sipreason r = {
		.protocol = slice_trim(slice_first(value, end)),
	};
	uint64_t cause;

	*values = slice_after(*values, value.len + 1);
	if (slice_decimal(param_value(slice_after(value, end), "cause"),
		UINT32_MAX, &cause))
		r.cause = (uint32_t)cause;
	r.text = param_unquote(param_value(slice_after(value, end), "text"));
	return r;
}

bool
sipreason_next(struct sipreason_walk *walk, struct sipreason *reason)
{
	struct field field;

	while (walk->values.len == 0) {
		if (!field_next(&walk->rest, &field))
			return false;
		if (slice_is_nocase(field_spelling(&field), "Reason"))
			walk->values = field.value;
	}
	*reason = read_value(&walk->values);
	return true;
}
