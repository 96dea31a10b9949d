/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/scantail.h"

static uint64_t
word_at(struct slice s, size_t at)
{
	uint64_t word;

	memcpy(&word, s.p + at, sizeof(word));
	return word;
}

/* They begin with the name of a field, as others do.  The digest needs no key:
 * a sender who fills places only makes us read as if nothing was known. */
struct scantail *
scantail_set(struct scantails *tails, struct slice octets, struct slice method,
    unsigned status)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t digest;

	if (octets.len < SCANTAIL_LEAST || method.len == 0 ||
	    scancredit_pauses(&tails->credit))
		return NULL;
	digest = (uint64_t)method.p[0] ^ (uint64_t)method.len << 8 ^
	    (uint64_t)method.p[method.len - 1] << 16 ^ (uint64_t)status << 24;
	digest = (digest ^ word_at(octets, 8)) * factor;
	digest = (digest ^ digest >> 32 ^ word_at(octets, 16)) * factor;
	return tails->sets[digest >> 32 & (SCANTAIL_SETS - 1)];
}

static bool
is_at(const struct scantail *t, struct slice octets)
{
	return t->len > 0 && t->len <= octets.len &&
	    memcmp(t->octets, octets.p, t->len) == 0;
}

const struct scantail *
scantail_find(
    struct scantails *tails, const struct scantail *set, struct slice octets)
{
	for (size_t i = 0; i < SCANTAIL_WAYS; i++)
		if (is_at(&set[i], octets)) {
			scancredit_met(&tails->credit);
			return &set[i];
		}
	return NULL;
}

void
scantail_keep(struct scantails *tails, struct scantail *set, struct slice tail,
    const struct scantail_found *found)
{
	struct scantail *t = &set[tails->turn++ % SCANTAIL_WAYS];

	scancredit_missed(&tails->credit);
	if (tail.len > SCANTAIL_OCTETS)
		return;
	t->found = *found;
	t->len = (uint16_t)tail.len;
	memcpy(t->octets, tail.p, tail.len);
}
