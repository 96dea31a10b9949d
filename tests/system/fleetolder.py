# SPDX-License-Identifier: GPL-3.0-or-later
"""For `fleet`: a cluster that was set up by another hand, with a stream that
takes no halves, and that takes no large batch."""

import json
import signal
import socket

import fleetsecure as secure
import livenet as net
from fleetworld import WAIT

PORT = 4343
MOST = 1024
STREAM = "siptimed-observed"
PATH = f"{secure.FOLDER}/older.conf"
CONF = f"""
listen: 127.0.0.1:{PORT}
jetstream {{ store_dir: {secure.FOLDER}/older }}
max_payload: {MOST}
no_auth_user: member
authorization {{ users: [
    {{ user: owner, password: x }}
    {{ user: member, password: x, permissions {{
        publish {{ deny: "DENIED" }} }} }}
] }}
"""


def configure(denied):
    """What a member may not say."""
    with open(PATH, "w", encoding="ascii") as file:
        file.write(CONF.replace("DENIED", denied))


def serve():
    net.sh(f"mkdir -p {secure.FOLDER}")
    configure("$JS.API.STREAM.UPDATE.>")
    return net.spawn(["nats-server", "-c", PATH,
                      "-l", f"{secure.FOLDER}/older.log"])


def ask(what, **request):
    """What the server's API for streams answers the owner."""
    payload = json.dumps(request).encode()
    with socket.create_connection(("127.0.0.1", PORT), 60) as s:
        s.recv(4096)
        s.sendall(b'CONNECT {"verbose":false,"user":"owner","pass":"x"}\r\n'
                  b"SUB answer 1\r\nPUB $JS.API.STREAM.%s.%s answer %d\r\n"
                  b"%s\r\n" % (what.encode(), STREAM.encode(), len(payload),
                               payload))
        text = b""
        while b"MSG answer" not in text or not text.endswith(b"}\r\n"):
            part = s.recv(4096)
            assert part, text
            text += part
    return json.loads(text[text.index(b"{", text.index(b"MSG answer")):])


def is_served():
    try:
        return bool({"config", "error"} & ask("INFO").keys())
    except OSError:
        return False


def test_older_stream(f):
    """A member that may not change the stream says what it lacks, and changes
    it when it may.  A batch that is too large is lost by name, and those behind
    it are not."""
    server, member = serve(), None
    try:
        assert f.wait(is_served), "no server"
        made = ask("CREATE", name=STREAM, subjects=["siptimed.observed.*"],
                   retention="limits", storage="file", max_age=3600 * 10 ** 9,
                   max_consumers=-1, max_msgs=-1, max_bytes=-1,
                   discard="old", num_replicas=1)
        assert "error" not in made, made
        member = f.daemon("older", "both", "-i", "ta1", "-i", "tb1",
                          servers=f"nats://127.0.0.1:{PORT}")
        assert member.says("stream and bucket: it does not take", WAIT), (
            member.log)
        configure("nothing")
        server.send_signal(signal.SIGHUP)
        assert member.says("fleet: judging", WAIT), member.log
        assert "siptimed.halves.*.*" in ask("INFO")["config"]["subjects"]
        for client in [f.mute("10.0.0.4") for _ in range(12)]:
            client.wait(WAIT)
        assert f.wait(lambda: f.count(member, "fleet.too_large") > 0), (
            member.log)
        before = f.count(member, "fleet.published")
        assert f.wait(lambda: f.count(member, "fleet.published") > before)
    finally:
        if member is not None:
            member.stop()
        net.end(server)
