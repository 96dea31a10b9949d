/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/domains.h"

#include "incident/inner/bundle.h"

bool
domains_concern(const struct symptom *p, struct slice domain)
{
	return p->latest.role == SIGHTING_MEDIA && domain.len > 0 &&
	    (slice_equal(symptom_called(p), domain) ||
		slice_equal(symptom_caller(p), domain)) &&
	    (p->bundle == NULL ||
		slice_equal(bundle_domain(p->bundle), domain));
}

static size_t
count(const struct lru *parts, struct slice domain)
{
	const struct symptom *p;
	size_t n = 0;

	for (p = lru_oldest(parts); p != NULL; p = lru_newer(p))
		n += domains_concern(p, domain);
	return n;
}

struct slice
domains_common(const struct lru *parts, const struct symptom *seed)
{
	const struct slice called = symptom_called(seed);
	const struct slice caller = symptom_caller(seed);

	return count(parts, caller) > count(parts, called) ? caller : called;
}
