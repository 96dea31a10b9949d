#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The text format of Prometheus takes timestamps in milliseconds, OpenMetrics 1.0
# in seconds.  A page that only changes its Content-Type puts its samples 50,000
# years ahead, and Prometheus 2.42 drops each of them: the target is up,
# scrape_samples_scraped counts them, and no series appears.  Only a line of its
# own log tells, which no alert looks at.

. "$(dirname "$0")/common.sh"
unpack prometheus=2.42.0+ds-5+deb12u1
port=$((20000 + $$ % 10000))
own=$((port + 10000))

cat > page.py <<'PY'
"""One page, with a stamp in milliseconds and one in seconds."""
import http.server
import sys
import time


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        now = time.time()
        body = ("# TYPE stamped_ms gauge\n"
                f"stamped_ms 1 {int(now * 1000)}\n"
                "# TYPE stamped_s gauge\n"
                f"stamped_s 1 {now:.3f}\n"
                "# EOF\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; "
                                         "version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
PY
cat > prometheus.yml <<YML
scrape_configs:
  - job_name: page
    scrape_interval: 1s
    static_configs: [{targets: ["127.0.0.1:$port"]}]
YML
python3 page.py "$port" > page.log 2>&1 &
started="$started $!"
background prometheus --config.file=prometheus.yml --storage.tsdb.path=data \
    --web.listen-address="127.0.0.1:$own"

# value METRIC: its present value, or "none".
value() {
	python3 - "$own" "$1" <<'PY'
import json
import sys
import urllib.request
url = f"http://127.0.0.1:{sys.argv[1]}/api/v1/query?query={sys.argv[2]}"
found = json.load(urllib.request.urlopen(url, timeout=5))["data"]["result"]
print(found[0]["value"][1] if found else "none")
PY
}
scraped() {
	[ "$(value stamped_s)" = 1 ]
}
until_true scraped
seen "Prometheus: the target is up" 1 "$(value up)"
seen "Prometheus: samples scraped" 2 "$(value scrape_samples_scraped)"
seen "Prometheus: the series stamped in seconds" 1 "$(value stamped_s)"
seen "Prometheus: the series stamped in milliseconds" none "$(value stamped_ms)"
dropped() {
	grep -q 'level=warn.*too far into the future' background.log
}
until_true dropped
echo "seen: Prometheus: its log: $(grep -o 'msg=.*future"' background.log |
    head -n 1)"
