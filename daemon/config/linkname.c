/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/linkname.h"

#include <pcap/pcap.h>

#include "base/textbuf.h"
#include "net/datalink.h"

int
linkname_find(struct slice name)
{
	char store[64];
	struct textbuf text;
	int datalink;

	textbuf_init(&text, store, sizeof(store));
	textbuf_add_slice(&text, name);
	datalink = pcap_datalink_name_to_val(store);
	return datalink >= 0 && datalink_known(datalink) ? datalink : -1;
}

const char *
linkname_of(int datalink)
{
	const char *name = pcap_datalink_val_to_name(datalink);

	return name == NULL ? "without a name" : name;
}
