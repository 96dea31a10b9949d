/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/jsonevidence.h"

#include "report/jsonvalue.h"

static json_t *
decimal(int64_t thousandths)
{
	return thousandths % 1000 == 0 ? json_integer(thousandths / 1000)
				       : json_real((double)thousandths / 1000);
}

/* A number with one decimal, as it is written in the evidence. */
static json_t *
number(struct slice text)
{
	const bool negative = slice_starts_with(text, "-");
	const struct slice s = slice_after(text, negative);
	const size_t point = slice_index(s, '.');
	uint64_t whole = 0, tenths = 0;
	double n;

	slice_decimal(slice_first(s, point), INT64_MAX / 10, &whole);
	slice_decimal(slice_after(s, point + 1), 9, &tenths);
	n = (double)(whole * 10 + tenths) / 10;
	return json_real(negative ? -n : n);
}

json_t *
jsonevidence_list(struct slice joined, json_t *(*item_of)(struct slice))
{
	json_t *array = json_array();

	while (joined.len > 0) {
		const size_t comma = slice_index(joined, ',');
		json_t *item = item_of(slice_first(joined, comma));

		if (json_array_append_new(array, item) != 0) {
			json_decref(array);
			return NULL;
		}
		joined = slice_after(joined, comma + 1);
	}
	return array;
}

static json_t *
value_of(const struct evidence *e, const struct evidence_field *field)
{
	const struct slice text =
	    slice_of(e->store + field->text, field->text_len);

	switch (field->type) {
	case EVIDENCE_TEXT:
		return jsonvalue_text(text);
	case EVIDENCE_LIST:
		return jsonevidence_list(text, jsonvalue_text);
	case EVIDENCE_NUMBERS:
		return jsonevidence_list(text, number);
	case EVIDENCE_INTEGER:
		return json_integer(field->number);
	case EVIDENCE_SECONDS:
		return jsonvalue_seconds(field->number, field->decimals);
	case EVIDENCE_TIME:
		return jsonvalue_time(field->number);
	case EVIDENCE_BOOLEAN:
		return json_boolean(field->number != 0);
	case EVIDENCE_DECIMAL:
		break;
	}
	return decimal(field->number);
}

json_t *
jsonevidence(const struct evidence *e)
{
	json_t *object = json_object();

	for (size_t i = 0; object != NULL && i < e->count; i++)
		if (json_object_set_new(object, e->fields[i].name,
			value_of(e, &e->fields[i])) != 0) {
			json_decref(object);
			object = NULL;
		}
	return object;
}
