# SPDX-License-Identifier: GPL-3.0-or-later
"""The same SIP in clear and in TLS, for `run`."""

import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "system"))
import decryptwire  # noqa: E402
from decryptpair import Pair, client_context, server_context  # noqa: E402
from decryptstories import answer, service  # noqa: E402
from decryptwire import CLIENT, SERVER, Wire, save  # noqa: E402

CONNECTIONS, EXCHANGES = 20, 2500


def exchanges(connection):
    for number in range(EXCHANGES):
        at = number * 0.05
        which = f"{connection}-{number}"
        yield at, CLIENT, service(which)
        yield at + 0.001, SERVER, answer(which, at)


def make(folder):
    """Savefiles in clear and in TLS 1.3, a key log, and their messages."""
    decryptwire.Certificates()
    log = folder / "tls.keys"
    log.unlink(missing_ok=True)
    server = server_context(str(log), "rsa", "1.3", "ALL")
    client = client_context("1.3", "ALL")
    clear, secret = [], []
    for connection in range(CONNECTIONS):
        wire, pair = Wire(50001 + connection), Pair(
            client, server, 50001 + connection)
        for at, side, octets in exchanges(connection):
            wire.at(at)
            wire.add(side, octets)
            pair.wire.at(at)
            pair.say(side, octets)
        clear.append(wire)
        secret.append(pair.wire)
    log.chmod(0o600)
    paths = [folder / "clear.pcap", folder / "tls.pcap"]
    for path, wires in zip(paths, (clear, secret)):
        shutil.move(save(path.stem, *wires), path)
    shutil.rmtree(decryptwire.FOLDER)
    return (*paths, log, 2 * CONNECTIONS * EXCHANGES)
