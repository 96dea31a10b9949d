/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ITEMS_H
#define ITEMS_H

#include "base/slice.h"

/* Is this a valid item of a list in the configuration? */

bool items_interface(struct slice item);
bool items_method(struct slice item);
bool items_url(struct slice item);
bool items_nats(struct slice item); /* nats:// or tls:// */
bool items_path(struct slice item);
bool items_listening(struct slice item);
bool items_endpoint(struct slice item);
bool items_prefix(struct slice item);
bool items_witness(struct slice item);
bool items_link(struct slice item);
bool items_zone(struct slice item); /* +08:00: see value_zone() */
bool items_name(struct slice item); /* of a host or a group */

#endif
