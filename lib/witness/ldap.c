/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/ldap.h"

#include "witness/inner/ber.h"

enum {
	BIND_RESPONSE = BER_APPLICATION | 1,
	ENTRY = BER_APPLICATION | 4,
	SEARCH_DONE = BER_APPLICATION | 5
};

/* One attribute and its first value.  True: it is the one, and *c is bad if
 * its value is no time. */
static bool
read_attribute(struct cursor *c, nstime *time)
{
	struct cursor attribute = ber_into(c, BER_SEQUENCE);
	const struct slice name = ber_take(&attribute, BER_OCTETS);
	struct cursor values;

	if (!slice_is_nocase(name, "currentTime"))
		return false;
	values = ber_into(&attribute, BER_SET);
	if (!ber_parse_time(ber_take(&values, BER_OCTETS), time))
		c->bad = true;
	return true;
}

/* RFC 4511 section 4.5.2; of an entry that is cut short what is there. */
static enum witness_answer
read_entry(struct cursor *op, bool cut, nstime *time)
{
	bool cut_here = false;
	struct cursor c = ber_into_cut(op, ENTRY, &cut_here);
	struct cursor attributes;
	const struct slice name = ber_take(&c, BER_OCTETS);

	if (name.len > 0)
		return WITNESS_FOREIGN;
	attributes = ber_into_cut(&c, BER_SEQUENCE, &cut_here);
	while (!attributes.bad && attributes.rest.len > 0)
		if (read_attribute(&attributes, time))
			return attributes.bad ? WITNESS_FOREIGN : WITNESS_TOLD;
	return cut ? WITNESS_PARTIAL : WITNESS_FOREIGN;
}

/* One message; PARTIAL also where the next may be it. */
static enum witness_answer
read_message(struct cursor *c, nstime *time)
{
	bool cut = false;
	struct cursor m;

	if (ber_next(c) != BER_SEQUENCE)
		return WITNESS_FOREIGN;
	m = ber_into_cut(c, BER_SEQUENCE, &cut);
	if (c->bad)
		return WITNESS_PARTIAL; /* its length is cut */
	ber_integer(&m);
	switch (ber_next(&m)) {
	case ENTRY:
		return read_entry(&m, cut, time);
	case BIND_RESPONSE:
	case SEARCH_DONE:
		return WITNESS_PARTIAL;
	default:
		return cut && ber_next(&m) == 0 ? WITNESS_PARTIAL
						: WITNESS_FOREIGN;
	}
}

enum witness_answer
ldap_parse(struct slice first, nstime *time)
{
	struct cursor c = cursor_over(first);
	enum witness_answer answer = WITNESS_PARTIAL;

	while (answer == WITNESS_PARTIAL && !c.bad && c.rest.len > 0)
		answer = read_message(&c, time);
	return first.len < WITNESS_STREAM || answer == WITNESS_TOLD
	    ? answer
	    : WITNESS_FOREIGN;
}

enum witness_answer
ldap_read_stream(struct slice first, struct witness_reading *reading)
{
	nstime time;
	const enum witness_answer answer = ldap_parse(first, &time);

	if (answer == WITNESS_TOLD)
		*reading = (struct witness_reading){
			.sender = { time, NSTIME_S },
		};
	return answer;
}
