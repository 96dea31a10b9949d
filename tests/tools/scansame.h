/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANSAME_H
#define SCANSAME_H

#include "sip/message.h"

/* The name of the first field in which two readings of a message differ, or
 * NULL when there is none. */
static inline const char *
scansame_difference(const struct sip_message *a, const struct sip_message *b)
{
#define SCANSAME_NUMBER(field)                                                 \
	if (a->field != b->field)                                              \
	return #field
#define SCANSAME_SLICE(field)                                                  \
	if (!slice_equal(a->field, b->field))                                  \
	return #field

	SCANSAME_NUMBER(is_request);
	SCANSAME_NUMBER(recovered);
	SCANSAME_NUMBER(status);
	SCANSAME_NUMBER(cseq);
	SCANSAME_NUMBER(vias);
	SCANSAME_NUMBER(via_port);
	SCANSAME_NUMBER(has_record_route);
	SCANSAME_NUMBER(has_reason);
	SCANSAME_SLICE(start_line);
	SCANSAME_SLICE(method);
	SCANSAME_SLICE(request_uri);
	SCANSAME_SLICE(reason);
	SCANSAME_SLICE(call_id);
	SCANSAME_SLICE(from);
	SCANSAME_SLICE(to);
	SCANSAME_SLICE(from_tag);
	SCANSAME_SLICE(to_tag);
	SCANSAME_SLICE(via_transport);
	SCANSAME_SLICE(via_host);
	SCANSAME_SLICE(via_branch);
	SCANSAME_SLICE(via_bottom_host);
	SCANSAME_SLICE(date);
	SCANSAME_SLICE(content_type);
	SCANSAME_SLICE(user_agent);
	SCANSAME_SLICE(body);
	return NULL;
}

#endif
