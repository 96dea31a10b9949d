# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers inside the container's network:

packagedpeer.py take PORT PEM                   a collector, by TLS: what it took
packagedpeer.py agent ADDRESS:PORT KEY SERVER   a SERVICE that nobody answers, HEP
"""

import http.server
import json
import ssl
import sys
import threading

import heppeers


class Taker(http.server.BaseHTTPRequestHandler):
    lock = threading.Lock()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        line = json.dumps({"path": self.path, "headers": dict(self.headers),
                           "body": json.loads(body)})
        with self.lock:
            print(line, flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def take(port, pem):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Taker)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print("ready", flush=True)
    server.serve_forever()


def agent(to, key, server):
    address, port = to.split(":")
    heppeers.Agent(to=(address, int(port)), key=key.encode()).resend(
        "hep" + server, target=(server, 5062))


if __name__ == "__main__":
    {"take": take, "agent": agent}[sys.argv[1]](*sys.argv[2:])
