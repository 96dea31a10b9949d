#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# NATS JetStream 2.9.10 drops a message whose Nats-Msg-Id came before.  A stream
# of many subjects, one for each producer, each of which numbers its messages
# from 1, looks safe; but ids are compared over the whole stream: the first
# message of the second producer is dropped, and its acknowledgement is that of
# a success, with the sequence number of the other producer's message.

. "$(dirname "$0")/common.sh"
unpack nats-server=2.9.10-1+b3
port=$((20000 + $$ % 10000))
background nats-server -a 127.0.0.1 -p $port -js -sd "$work/store"
until_true listens $port

cat > produce.py <<PY
import json, re, socket
s = socket.create_connection(("127.0.0.1", $port))
s.settimeout(5)
text = s.recv(65536)
s.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nSUB answers 1\r\n')


def answer():
    global text
    text = b""
    while not (found := re.search(rb"MSG answers \S+ +(\d+)\r\n", text)) or \
            len(text) < found.end() + int(found.group(1)):
        text += s.recv(65536)
    return json.loads(text[found.end():found.end() + int(found.group(1))])


def ask(subject, body=b""):
    s.sendall(b"PUB %s answers %d\r\n%s\r\n" % (subject, len(body), body))
    return answer()


def produce(subject, number):
    head = b"NATS/1.0\r\nNats-Msg-Id: %d\r\n\r\n" % number
    s.sendall(b"HPUB %s answers %d %d\r\n%shello\r\n"
              % (subject, len(head), len(head) + 5, head))
    got = answer()
    print(subject.decode(), "error" in got, got["seq"],
          got.get("duplicate", False))


ask(b"\$JS.API.STREAM.CREATE.all",
    b'{"name":"all","subjects":["from.*"],"storage":"memory"}')
produce(b"from.one", 1)
produce(b"from.two", 1)
produce(b"from.two", 2)
print(ask(b"\$JS.API.STREAM.INFO.all")["state"]["messages"], "stored")
PY
python3 produce.py > told
seen "subject, was it refused, sequence, duplicate; and how many are stored" \
    "from.one False 1 False
from.two False 1 True
from.two False 2 False
2 stored" "$(cat told)"
