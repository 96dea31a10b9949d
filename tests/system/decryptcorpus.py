# SPDX-License-Identifier: GPL-3.0-or-later
"""Captures of the corpus that carry their secrets: what is decrypted of each
connection is what tshark shows of it."""

import os
import re
import subprocess

from decryptwire import FOLDER, sh

CORPUS = "../shared/corpus"
WITH_KEYS = ("realjimmy+sample-captures/wireshark-samples/files/"
             "ssl-with-decryption-keys")
SCAPY = "secdev+scapy/doc/notebooks/tls/raw_data"


def secrets(path):
    """The lines of a key log in it, in a comment or a block of their own."""
    with open(path, "rb") as file:
        for line in re.findall(rb"[A-Z_0]+ [0-9a-fA-F]{64} [0-9a-fA-F]{64,96}",
                               file.read()):
            yield line + b"\n"


def captures():
    """A savefile, options of tlsplain, options of tshark."""
    folder = os.path.join(CORPUS, WITH_KEYS)
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.endswith(".pcapng"):
            log = f"{FOLDER}/{name}.keys"
            with open(log, "wb") as file:
                file.writelines(secrets(path))
            yield path, ["-l", log], ["-o", f"tls.keylog_file:{log}"]
    log = os.path.join(CORPUS, SCAPY, "tls_nss_example.keys.txt")
    path = os.path.join(CORPUS, SCAPY, "tls_nss_example.pcap")
    yield path, ["-l", log], ["-o", f"tls.keylog_file:{log}"]


def of_tool(build, path, options):
    """What each direction of each connection said, in any order."""
    done = subprocess.run(
        [os.path.join(build, "tests/tools/tlsplain"), *options, path],
        stdout=subprocess.PIPE, check=True, timeout=60)
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return sorted(bytes.fromhex(row[3].replace("-", "")) for row in rows
                  if row[2] in ("client", "server"))


def of_tshark(path, options):
    numbers = sh(f"tshark -n -r '{path}' -T fields -e tcp.stream 2>/dev/null")
    said = []
    for index in sorted(set(numbers.split())):
        done = subprocess.run(
            ["tshark", "-n", "-q", "-r", path, *options,
             "-z", f"follow,tls,raw,{index}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
        sides = [b"", b""]
        for line in done.stdout.decode().splitlines():
            if re.fullmatch(r"\t?[0-9a-f]+", line):
                sides[line.startswith("\t")] += bytes.fromhex(line.strip())
        said.extend(side for side in sides if side)
    return sorted(said)


def test(build, check):
    if not os.path.isdir(CORPUS):
        check(f"{CORPUS}: no corpus here", "CI" not in os.environ)
        return
    for path, ours, theirs in captures():
        name = os.path.basename(path)
        mine, other = of_tool(build, path, ours), of_tshark(path, theirs)
        check(f"{name}: something is decrypted", mine)
        check(f"{name}: as tshark does", mine == other,
              [[len(a) for a in mine], [len(b) for b in other]])
