#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Two Alertmanagers 0.25 as a cluster, each sent every alert, as its own
# documentation asks for.  The second waits --cluster.peer-timeout (15 s by
# default) before it looks whether the first has notified; where a route's
# group_interval is shorter than that, it looks with what it knew before it
# waited.  An alert that ended meanwhile is then notified as resolved by the
# first, as firing again by the second, and as resolved once more.  Nothing
# warns of such a configuration.  A route for quick resolution has to keep
# group_interval above peer-timeout, or shorten both.

. "$(dirname "$0")/common.sh"
unpack prometheus-alertmanager=0.25.0-1+b4
port=$((20000 + $$ % 10000))

cat > collector.py <<'PY'
"""Writes the status of each notification to `notified', a line each."""
import http.server
import json
import sys


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open("notified", "a", encoding="ascii") as file:
            file.write(body["status"] + "\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])),
                       Collector).serve_forever()
PY
touch notified
background python3 collector.py "$port"

# Its templates are looked for in /usr/share only, so it gets one of its own.
member() {
	background unshare --user --map-root-user --mount sh -c "
	    mount -t overlay none \
		-o lowerdir=$work/root/usr/share:/usr/share /usr/share &&
	    exec prometheus-alertmanager --config.file=$work/$1.yml \
		--storage.path=$work/$1 --web.listen-address=127.0.0.1:$2 \
		--cluster.listen-address=127.0.0.1:$3 \
		--cluster.advertise-address=127.0.0.1:$3 \
		--cluster.peer=127.0.0.1:$4 --cluster.peer-timeout=$5 \
		--cluster.gossip-interval=50ms --cluster.settle-timeout=3s"
}

# post PORT JSON
post() {
	python3 -c '
import sys
import urllib.request
urllib.request.urlopen(urllib.request.Request(
    f"http://127.0.0.1:{sys.argv[1]}/api/v2/alerts", sys.argv[2].encode(),
    {"Content-Type": "application/json"}), timeout=5)' "$1" "$2"
}

notified() {
	[ "$(wc -l < notified)" -ge "$1" ]
}

# cluster FIRST-PORT PEER-TIMEOUT: two members, an alert, and its end.
cluster() {
	: > notified
	for name in a b; do
		cat > "$name.yml" <<YML
route: {receiver: c, group_wait: 1s, group_interval: 2s}
receivers: [{name: c, webhook_configs: [{url: 'http://127.0.0.1:$port/'}]}]
YML
		rm -rf "$name"
	done
	a=$(($1 + 1)) b=$(($1 + 2))
	member a "$a" $(($1 + 3)) $(($1 + 4)) "$2"
	member b "$b" $(($1 + 4)) $(($1 + 3)) "$2"
	until_true listens "$a"
	until_true listens "$b"
	sleep 5 # to settle: a member that has not says nothing
	for member in "$a" "$b"; do
		post "$member" '[{"labels":{"alertname":"x"}}]'
	done
	until_true notified 1
	sleep 6 # the second has seen that the first did it
	end=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	for member in "$a" "$b"; do
		post "$member" \
		    "[{\"labels\":{\"alertname\":\"x\"},\"endsAt\":\"$end\"}]"
	done
	sleep 14 # all that is still to come
	tr '\n' ' ' < notified | sed 's/ $//'
}

echo "versions: $(prometheus-alertmanager --version 2>&1 | head -n 1)"
# Not in $(): what a subshell starts would not be ended with the script.
cluster "$port" 5s > late
cluster $((port + 10)) 1s > soon
seen "group_interval 2 s, peer-timeout 5 s" \
    "firing resolved firing resolved" "$(cat late)"
seen "group_interval 2 s, peer-timeout 1 s" "firing resolved" "$(cat soon)"
