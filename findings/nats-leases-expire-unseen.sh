#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A key-value bucket of NATS with a TTL is where members of a cluster keep their
# leases, and a watcher is told of each put and each delete.  With etcd or Consul
# in mind one expects it to be told of an expiry as well.  nats-server 2.9.10 drops
# what is too old without a word: the watcher (libnats 3.4.1) waits on, while
# a get says that there is no such key.  Whoever waits for a lease to end has to
# keep time for itself, or ask.

. "$(dirname "$0")/common.sh"
unpack nats-server=2.9.10-1+b3 libnats-dev=3.4.1-1+b1 libnats3.4=3.4.1-1+b1 \
    libprotobuf-c1=1.4.1-1+b1
port=$((20000 + $$ % 10000))

cat > lease.c <<'C'
#include <nats/nats.h>
#include <stdio.h>

/* Two keys, of which one is deleted and one expires: what a watcher sees. */
int
main(int argc, char **argv)
{
	static const char *const operations[] = { "?", "put", "delete",
		"purge" };
	natsConnection *connection;
	kvWatcher *watcher;
	kvConfig config;
	kvEntry *entry;
	kvStore *store;
	uint64_t revision;
	jsCtx *js;

	kvConfig_Init(&config);
	config.Bucket = "leases";
	config.TTL = 1000000000; /* ns */
	config.StorageType = js_MemoryStorage;
	if (natsConnection_ConnectTo(&connection, argv[argc - 1]) != NATS_OK ||
	    natsConnection_JetStream(&js, connection, NULL) != NATS_OK ||
	    js_CreateKeyValue(&store, js, &config) != NATS_OK ||
	    kvStore_WatchAll(&watcher, store, NULL) != NATS_OK ||
	    kvStore_PutString(&revision, store, "left", "a") != NATS_OK ||
	    kvStore_PutString(&revision, store, "died", "b") != NATS_OK ||
	    kvStore_Delete(store, "left") != NATS_OK)
		return 1;
	/* An entry of NULL says that there is nothing older. */
	while (kvWatcher_Next(&entry, watcher, 5000) == NATS_OK)
		if (entry != NULL)
			printf("%s %s, ", operations[kvEntry_Operation(entry)],
			    kvEntry_Key(entry));
	printf("nothing for 5 s; get: %s\n",
	    natsStatus_GetText(kvStore_Get(&entry, store, "died")));
	return 0;
}
C
cc -I root/usr/include -o lease lease.c -L "$libraries" -lnats
background nats-server -a 127.0.0.1 -p "$port" -js -sd "$work/store"
until_true listens "$port"
seen "a watcher of a bucket with a TTL of 1 s" \
    "put left, put died, delete left, nothing for 5 s; get: Not Found" \
    "$(./lease "nats://127.0.0.1:$port")"
