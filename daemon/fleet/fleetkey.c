/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetkey.h"

#include <string.h>

int
fleetkey_get(const struct fleetdoor_member *m, const char *key, char *text,
    size_t size, uint64_t *revision)
{
	const int len =
	    m->door->get(m->handle, key, (uint8_t *)text, size - 1, revision);

	text[len < 0 ? 0 : len] = '\0';
	return len;
}

int
fleetkey_put(const struct fleetdoor_member *m, const char *key,
    const char *text, uint64_t *revision)
{
	return m->door->put(
	    m->handle, key, (const uint8_t *)text, strlen(text), revision);
}
