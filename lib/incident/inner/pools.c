/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/pools.h"

#include <stdlib.h>

struct pools {
	size_t count;
	struct pools_pool pools[];
};

static bool
copy(struct pools_pool *to, const struct hosts_pool *from)
{
	to->name = strdup(from->name);
	to->members = calloc(from->member_count + 1, sizeof(*to->members));
	if (to->name == NULL || to->members == NULL)
		return false;
	to->member_count = from->member_count;
	if (from->member_count > 0)
		memcpy(to->members, from->members,
		    from->member_count * sizeof(*to->members));
	return true;
}

struct pools *
pools_new(const struct hosts_pool *configured, size_t count)
{
	struct pools *p = calloc(1, sizeof(*p) + count * sizeof(p->pools[0]));

	if (p == NULL)
		return NULL;
	while (p->count < count) {
		if (!copy(&p->pools[p->count], &configured[p->count])) {
			p->count++;
			pools_free(p);
			return NULL;
		}
		p->count++;
	}
	return p;
}

void
pools_free(struct pools *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++) {
		free(p->pools[i].name);
		free(p->pools[i].members);
	}
	free(p);
}

const struct pools_pool *
pools_find(const struct pools *p, const struct address *host)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < p->pools[i].member_count; k++)
			if (endpoint_address_equal(
				&p->pools[i].members[k], host))
				return &p->pools[i];
	return NULL;
}
