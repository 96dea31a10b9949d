#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Alertmanager 0.25 waits group_wait before the first notification of a group, so
# that alerts of one event come as one message; one expects the wait to begin when
# the first comes in.  It is not waited for at all where startsAt, by the sender's
# clock, is already longer ago.  An alert that honestly says when the trouble
# began (a SIP transaction times out 32 s after its request, group_wait is 30 s in
# most examples), and any of a sender whose clock is behind, goes out alone and at
# once; those that belong to it follow a group_interval later.

. "$(dirname "$0")/common.sh"
unpack prometheus-alertmanager=0.25.0-1+b4
port=$((20000 + $$ % 10000))

cat > collector.py <<'PY'
"""Writes which alerts each notification has to `notified', a line each."""
import http.server
import json
import sys


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open("notified", "a", encoding="ascii") as file:
            print(body["groupLabels"]["alertname"], ":",
                  *sorted(a["labels"]["leg"] for a in body["alerts"]),
                  file=file)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])),
                       Collector).serve_forever()
PY
cat > post.py <<'PY'
"""post.py PORT NAME AGE: three alerts, half a second apart, begun AGE s ago."""
import json
import sys
import time
import urllib.request

for leg in "abc":
    begun = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                          time.gmtime(time.time() - int(sys.argv[3])))
    urllib.request.urlopen(urllib.request.Request(
        f"http://127.0.0.1:{sys.argv[1]}/api/v2/alerts",
        json.dumps([{"labels": {"alertname": sys.argv[2], "leg": leg},
                     "startsAt": begun}]).encode(),
        {"Content-Type": "application/json"}), timeout=5)
    time.sleep(.5)
PY
cat > alertmanager.yml <<YML
route:
  receiver: c
  group_by: [alertname]
  group_wait: 6s
  group_interval: 8s
receivers: [{name: c, webhook_configs: [{url: 'http://127.0.0.1:$port/'}]}]
YML
: > notified
python3 collector.py "$port" > collector.log 2>&1 &
started="$started $!"
until_true listens "$port"

# Its templates are looked for in /usr/share only, so it gets one of its own.
background unshare --user --map-root-user --mount sh -c "
    mount -t overlay none \
	-o lowerdir=$work/root/usr/share:/usr/share /usr/share &&
    exec prometheus-alertmanager --config.file=$work/alertmanager.yml \
	--storage.path=$work/data --cluster.listen-address= \
	--web.listen-address=127.0.0.1:$((port + 1))"
until_true listens $((port + 1))
python3 post.py $((port + 1)) fresh 0
python3 post.py $((port + 1)) begun 32

notified() {
	[ "$(grep -c "^$1" notified)" -ge "$2" ]
}
until_true notified fresh 1
until_true notified begun 2
of() {
	grep "^$1" notified | paste -sd ,
}
seen "group_wait 6 s, three alerts, startsAt is now" "fresh : a b c" \
    "$(of fresh)"
seen "the same, startsAt is 32 s ago" "begun : a,begun : a b c" "$(of begun)"
