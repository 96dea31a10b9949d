#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the program given: bad input, and what options do.

Bad input means one line on stderr that says what and what to do, exit
status 2, and nothing on stdout that looks like a result.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import pty
import random
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib

PROGRAM = os.path.abspath(sys.argv[1])
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
WORK = tempfile.mkdtemp(prefix="siptimed-cli-")
ETHERNET, RAW, SLL, DOCSIS = 1, 101, 113, 143
passed = failed = 0


def check(what, true, seen=""):
    global passed, failed
    if true:
        passed += 1
        return
    failed += 1
    print(f"cli_test: {what}: FAILED: {seen}")


def run(*arguments, **options):
    options.setdefault("input", b"")
    done = subprocess.run([PROGRAM, *arguments], cwd=WORK, timeout=300,
                          stdout=options.pop("stdout", subprocess.PIPE),
                          stderr=subprocess.PIPE, **options)
    text = (done.stdout or b"").decode("utf-8")
    return done.returncode, text, done.stderr.decode("utf-8")


def refused(what, says, *arguments, lines=1, **options):
    status, out, err = run(*arguments, **options)
    seen = (status, out, err)
    check(f"{what}: status", status == 2, seen)
    check(f"{what}: stdout", out == "", seen)
    check(f"{what}: one line", err.count("\n") == lines, seen)
    check(f"{what}: subject", err.startswith("siptimed: "), seen)
    check(f"{what}: says {says!r}", re.search(says, err), seen)


def summary(*arguments, status=0, **options):
    """The summary object of a run with --json."""
    got, out, err = run("--json", *arguments, **options)
    check(f"{arguments}: status {status}", got == status, (got, out, err))
    try:
        return json.loads(out.splitlines()[-1]), err
    except (IndexError, ValueError):
        return {}, err


def dropped(summary_object, reason):
    return summary_object.get("drops", {}).get(reason, 0)


def write(name, octets):
    with open(os.path.join(WORK, name), "wb") as file:
        file.write(octets)
    return name


# --- savefiles ---------------------------------------------------------

def udp(payload=b"\r\n\r\n", source=5060):
    head = struct.pack("!HHHH", source, 5060, 8 + len(payload), 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + 8 + len(payload), 0, 0,
                     64, 17, 0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    return ip + head + payload


def ethernet(packet=None):
    return bytes(12) + b"\x08\x00" + (udp() if packet is None else packet)


def pcap(packets, link=ETHERNET, octets=None):
    """Packets are (seconds, octets) or (seconds, microseconds, octets)."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for packet in packets:
        seconds, micro, data = (packet if len(packet) == 3
                                else (packet[0], 0, packet[1]))
        length = len(data) if octets is None else octets
        out += struct.pack("<IIII", seconds & 0xFFFFFFFF, micro, len(data),
                           length) + data
    return out


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def pcapng(links, packets, snaplens=None):
    """Packets are (interface, nanoseconds, octets)."""
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for i, link in enumerate(links):
        out += block(1, struct.pack("<HHI", link, 0,
                                    snaplens[i] if snaplens else 65535) +
                     struct.pack("<HHB3xHH", 9, 1, 9, 0, 0))
    for interface, stamp, data in packets:
        out += block(6, struct.pack("<IIIII", interface, stamp >> 32,
                                    stamp & 0xFFFFFFFF, len(data),
                                    len(data)) + data)
    return out


REQUEST = (b"OPTIONS sip:b@192.0.2.2 SIP/2.0\r\n"
           b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
           b"From: <sip:a@192.0.2.1>;tag=1\r\nTo: <sip:b@192.0.2.2>\r\n"
           b"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
T = 1300000000
GOOD = pcap([(T, ethernet()), (T + 1, ethernet()), (T + 2, ethernet())])


def test_files():
    good = write("good.pcap", GOOD)
    refused("missing", "nowhere.pcap: No such file.*; ", "-r", "nowhere.pcap")
    refused("directory", "is a directory; ", "-r", WORK)
    refused("empty", "empty.pcap: empty file; ", "-r",
            write("empty.pcap", b""))
    refused("empty standard input", "standard input: empty", "-r", "-")
    refused("text", "not a savefile, looks like text; ", "-r",
            write("notes.txt", b"dear diary, "))
    refused("program", "looks like a program; ", "-r", PROGRAM)
    refused("snoop", "looks like a snoop capture; .*editcap", "-r",
            write("old.snoop", b"snoop\0\0\0\0\0\0\2"))
    refused("noise", "looks like something else; ", "-r",
            write("noise", b"\x00\x01\x02\x03\x04\x05\x06\x07\x08"))
    refused("three octets", "not a savefile", "-r",
            write("tiny", b"\xa1\xb2\xc3"))
    for cut in (4, 10, 23):
        refused(f"header cut at {cut}", "cut short in its header; ", "-r",
                write("head.pcap", GOOD[:cut]))
    refused("version", "version", "-r",
            write("version.pcap", GOOD[:4] + b"\x09\0" + GOOD[6:]))
    refused("two bad ones", "nowhere(.|\n)*empty|empty(.|\n)*nowhere", "-r",
            "nowhere.pcap", "-r", good, "-r", "empty.pcap", lines=2)
    refused("control characters in a name", r"a\\x1bb: ", "-r", "a\x1bb")


def test_foreign_formats():
    """The advice is followed: what it makes is read."""
    write("good.pcap", GOOD)
    for form, name in (("5views", "5Views"), ("lanalyzer", "LANalyzer"),
                       ("ngsniffer", "Sniffer"), ("visual", "Visual Networks"),
                       ("ngwsniffer_2_0", "Sniffer"), ("snoop", "snoop"),
                       ("netmon2", "Network Monitor")):
        subprocess.run(["editcap", "-F", form, "good.pcap", "foreign"],
                       cwd=WORK, check=True)
        refused(form, f"foreign: .* looks like an? {name} capture; convert it "
                "with editcap -F pcapng\n", "-r", "foreign")
        subprocess.run(["editcap", "-F", "pcapng", "foreign", "converted"],
                       cwd=WORK, check=True)
        s, _ = summary("-r", "converted")
        check(form + " converted", s.get("packets") == 3, s)
    for log, says in (
            (b"<--- Received SIP request (543 bytes) from UDP:192.0.2.1:5060 "
             b"--->\nOPTIONS", "Asterisk; .*pjsip set logger pcap FILE"),
            (b"recv 543 bytes from udp/[192.0.2.1]:5060 at 18:22:00.000000:\n",
             "FreeSWITCH; .*tcpdump"),
            (b"18:22:00 OPTIONS sip:b@192.0.2.2 SIP/2.0\nVia: x\n",
             "SIP messages; .*tcpdump")):
        refused("a log", "log: not a savefile, looks like a log of " + says,
                "-r", write("log", log))


def record(seconds, lines):
    """One of a trace, its stamp counted from noon."""
    return ("TL_INFO(TF_PROTOCOL) [0]0A54.0C88::01/03/2011-12:%02d:%02d.123."
            "0000abcd (SIPStack,x.cpp(1))$$begin_record\r\n" %
            (seconds // 60, seconds % 60) + "\r\n".join(lines) +
            "\r\n$$end_record\r\n\r\n").encode()


def traced(direction, start, branch, peer="edge.ptown.local:5062"):
    return [f"Direction: {direction}", "Peer: " + peer, "Message-Type: x",
            "Start-Line: " + start,
            "VIA: SIP/2.0/TLS 10.0.0.11:5061;branch=" + branch,
            "FROM: <sip:a@ptown.local>;tag=1", "TO: <sip:b@ptown.local>",
            "CALL-ID: " + branch, "CSEQ: 1 SERVICE", "CONTENT-LENGTH: 0",
            "Message-Body: -"]


def test_server_traces():
    """What the logging tools of Lync and Skype for Business write."""
    service = "SERVICE sip:edge.ptown.local:5062;grid SIP/2.0"
    expired = ["LogType: diagnostic", "Severity: error",
               "Text: Message expired in the outbound queue before it could "
               "be sent", "SIP-Start-Line: " + service, "SIP-Call-ID: c2",
               "Peer: edge.ptown.local:5062"]
    good = (record(0, traced("outgoing", service, "c1")) +
            record(1, traced("incoming", "SIP/2.0 200 OK", "c1")))
    s, err = summary("-r", write("trace.txt", good))
    check("a trace: answered", s.get("messages") == 2 and
          s["transactions"]["SERVICE"]["answered"] == 1 and
          "stands for edge.ptown.local" in err, (s, err))
    s, _ = summary("-r", write("trace.gz", gzip.compress(good)))
    check("a trace, compressed", s.get("messages") == 2, s)
    for text in (good + record(40, expired),
                 "\r\n".join(["He wrote:", ""] + expired + ["", "So."])
                 .encode()):
        status, out, _ = run("--json", "-r", write("trace.txt", text))
        raised = [json.loads(line) for line in out.splitlines()][0]
        check("expired in the queue", status == 1 and
              raised.get("alert") == "transaction-timeout" and
              raised["evidence"]["proof"] == "server_log" and
              raised["evidence"]["method"] == "SERVICE" and
              raised["subject"].endswith(":5062"), raised)
        status, out, _ = run("-r", "trace.txt")
        check("expired, in words", status == 1 and
              "the server's own log says so" in out, out)
    for cut in range(0, len(good), 7):
        status, out, err = run("-r", write("cut.txt", good[:cut]))
        check(f"a trace cut at {cut}", status in (0, 2), (out, err))
    refused("UTF-16", "UTF-16 text; .*iconv", "-r", write(
        "wide.txt", b"\xff\xfe" + good.decode().encode("utf-16-le")))


def test_no_permission():
    folder = tempfile.mkdtemp(prefix="siptimed-cli-")
    os.chmod(folder, 0o755)
    program = shutil.copy(PROGRAM, folder)
    secret = os.path.join(folder, "secret.pcap")
    with open(secret, "wb") as file:
        file.write(GOOD)
    os.chmod(secret, 0)

    def drop():
        if os.getuid() == 0:
            os.setgroups([])
            os.setuid(65534)

    done = subprocess.run([program, "-r", secret], preexec_fn=drop,
                          capture_output=True, text=True, check=False)
    shutil.rmtree(folder)
    check("no permission", done.returncode == 2 and done.stdout == "" and
          re.fullmatch("siptimed: .*: Permission denied; run as .*\n",
                       done.stderr), done)


def zstd(octets, *options):
    return subprocess.run(["zstd", "-q", *options], input=octets,
                          stdout=subprocess.PIPE, check=True).stdout


def tar(name, octets):
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            member = tarfile.TarInfo(name)
            member.size = len(octets)
            archive.addfile(member, io.BytesIO(octets))
        return out.getvalue()


def test_compressed():
    ns = T * 10**9
    blocks = pcapng([ETHERNET], [(0, ns, ethernet())] * 3)
    whole = summary("-r", write("good.pcap", GOOD))
    for kind, pack in (("gz", gzip.compress), ("xz", lzma.compress),
                       ("zst", zstd)):
        for inside in (GOOD, blocks):
            # Without the suffix: what counts is the content.
            packed = write("packed", pack(inside))
            s, err = summary("-r", packed)
            check(kind, s.get("packets") == 3 and err == "", (s, err))
            s, err = summary("-r", "-", input=pack(inside))
            check(kind + " by pipe", s.get("packets") == 3, (s, err))
        check(kind + " says the same", summary(
            "-r", write("packed", pack(GOOD))) == whole)
        parts = write("parts", pack(GOOD[:50]) + pack(GOOD[50:]))
        s, err = summary("-r", parts)
        check(kind + " in two streams", s.get("packets") == 3, (s, err))
        random.seed(1)
        long = pcap([(T + i, ethernet(udp(random.randbytes(400), 999)))
                     for i in range(500)])
        cut = pack(long)[:-4000]
        s, err = summary("-r", write("cut", cut), status=2)
        check(kind + " cut short", 100 < s.get("packets", 0) < 500 and
              re.search("^siptimed: cut: cut short after packet", err), err)
        bad = bytearray(pack(long))
        bad[len(bad) // 2] ^= 0xff
        bad[len(bad) // 2 + 1] ^= 0xff
        status, _, err = run("-r", write("bad", bytes(bad)))
        check(kind + " damaged", status == 2 and err.count("\n") == 1 and
              "bad: " in err, (status, err))
        refused(kind + " of nothing", "none: .*; get the whole file", "-r",
                write("none", pack(b"")))
        refused(kind + " of text", "notes: inside not a savefile, looks "
                "like text; ", "-r", write("notes", pack(b"dear diary")))
        refused(kind + " twice", "twice: inside .*; unpack it first", "-r",
                write("twice", pack(pack(GOOD))))
    refused("tgz", r"x.tgz: inside .* tar archive; unpack it first, and name",
            "-r", write("x.tgz", tar("good.pcap", GOOD)))
    for kind, octets, tool in (("bzip2", bz2.compress(GOOD), "bzcat"),
                               ("lz4", b"\x04\x22\x4d\x18" + bytes(40),
                                "lz4cat")):
        refused(kind, rf"x.{kind}: compressed with {kind}; {tool} x.{kind} "
                r"\| siptimed -r -\n", "-r", write("x." + kind, octets))
        refused(kind + " on standard input",
                f"standard input: compressed with {kind}; put {tool} ",
                "-r", "-", input=octets)


def test_bombs():
    """However much comes out of a file, it takes no memory."""
    bomb = pcapng([ETHERNET], []) + struct.pack("<II", 0xBAD, 0xFFFFFFF0)
    zeros = zlib.compressobj(wbits=31)
    packed = zeros.compress(bomb)
    for _ in range(256):
        packed += zeros.compress(bytes(1 << 20))
    name = write("bomb.gz", packed + zeros.flush())
    process = subprocess.Popen([PROGRAM, "-r", name], cwd=WORK, text=True,
                               stderr=subprocess.PIPE)
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seen = (process.returncode, err, usage.ru_maxrss)
    check("bomb", process.returncode == 2 and
          name + ": cut short after packet 0" in err, seen)
    check("bomb: memory", usage.ru_maxrss < 200 * 1024, seen)


def test_links():
    refused("unknown datalink", "link DOCSIS .143. is not supported; ",
            "-r", write("docsis.pcap", pcap([(T, ethernet())], DOCSIS)))
    good = write("good.pcap", GOOD)
    raw = write("raw.pcap", pcap([(T + 3, udp())], RAW))
    s, _ = summary("-r", good, "-r", raw)
    check("files of two links", s.get("packets") == 4, s)
    s, _ = summary("-r", good, "-r", raw, "udp", "port", "5060")
    check("filter on two links", s.get("packets") == 4, s)
    ns = T * 10**9
    mixed = write("mixed.pcapng", pcapng(
        [ETHERNET, RAW, DOCSIS], [(1, ns, udp(b"a")), (0, ns, ethernet()),
                                  (2, ns, bytes(20))], [65535, 100, 0]))
    s, _ = summary("-r", mixed)
    check("mixed links", s.get("packets") == 3 and
          dropped(s, "datalink.unknown") == 1, s)
    s, _ = summary("-r", mixed, "udp", "port", "5060")
    check("filter on mixed links", s.get("packets") == 2, s)
    part = write("part.pcapng", pcapng([ETHERNET], [(0, ns, ethernet())]) +
                 pcapng([RAW], [(0, ns, udp(b"b"))]))
    s, _ = summary("-r", part)
    check("two sections", s.get("packets") == 2, s)
    same = write("same.pcapng", pcapng(
        [ETHERNET] * 2, [(0, ns, ethernet()), (1, ns, ethernet(udp(b"x")))]))
    s, _ = summary("-r", same)
    check("two interfaces of one link", s.get("packets") == 2, s)


def test_blocks():
    """What pcapng tells beyond packets."""
    ns = T * 10**9
    simple = (pcapng([ETHERNET], []) +
              block(3, struct.pack("<I", len(ethernet())) + ethernet()) * 2)
    s, err = summary("-r", write("simple.pcapng", simple))
    check("no stamps", s.get("packets") == 2 and "first" not in s and
          re.fullmatch("siptimed: warning: simple.pcapng: has packets without a "
                       "stamp: .*\n", err), (s, err))
    late = ethernet(udp(REQUEST))
    mixed = (pcapng([ETHERNET], []) +
             block(3, struct.pack("<I", len(late)) + late) +
             pcapng([ETHERNET], [(0, ns, ethernet())]))
    s, _ = summary("-r", write("late.pcapng", mixed))
    check("before the first stamp no time is known",
          s.get("transactions", {}).get("OPTIONS", {}).get("unfinished") == 1,
          s)
    end = ns + 90 * 10**9
    statistics = block(5, struct.pack(
        "<IIIHHIIHHQHH", 0, 0, 0, 3, 8, end >> 32, end & 0xFFFFFFFF, 5, 8, 0,
        0, 0))
    s, _ = summary("-r", write("end.pcapng", pcapng(
        [ETHERNET], [(0, ns, ethernet())]) + statistics))
    check("the capture's end", s.get("time", "")[:19] ==
          "2011-03-13T07:08:10", s)
    lying = pcapng([ETHERNET], [(0, ns, ethernet()), (7, ns, ethernet())]) + \
        block(6, struct.pack("<IIIII", 0, 0, 0, 500, 500) + b"four")
    s, _ = summary("-r", write("lying.pcapng", lying))
    check("lying lengths", s.get("packets") == 1 and
          dropped(s, "pcapng.malformed") == 1 and
          dropped(s, "pcapng.no_interface") == 1, s)
    for cut in range(len(lying)):
        status, out, err = run("-r", "-", input=lying[:cut])
        check(f"pcapng cut at {cut}", status in (0, 2) and
              err.count("\n") == (status == 2), (status, out, err))


def test_tools():
    """What Wireshark's tools write."""
    ns = T * 10**9
    good = write("good.pcap", GOOD)
    raw = write("raw.pcap", pcap([(T + 3, udp())], RAW))
    for tool, *arguments in (
            ("mergecap", "-w", "made.pcapng", good, raw),
            ("mergecap", "-a", "-w", "made.pcapng", good, raw),
            ("editcap", "-F", "pcapng", good, "made.pcapng"),
            ("editcap", "-F", "nsecpcap", good, "made.pcapng"),
            ("editcap", "--inject-secrets", "tls,keys", good, "made.pcapng"),
            ("editcap", "-a", "1:a comment", good, "made.pcapng")):
        write("keys", b"CLIENT_RANDOM " + b"0" * 64 + b" " + b"1" * 96)
        subprocess.run([tool, *arguments], cwd=WORK, check=True)
        s, err = summary("-r", "made.pcapng")
        check(tool, s.get("packets") == (4 if tool == "mergecap" else 3) and
              err == "", (arguments, s, err))


def test_dialects():
    """Of whatever version, a file is read as the same file from a pipe."""
    sizes = [60 + i * 37 % 1400 for i in range(2000)] + [60000, 0, 60]
    for order in "<>":
        for magic, tick in ((0xA1B2C3D4, 10**6), (0xA1B23C4D, 10**9),
                            (0xA1B2CD34, 10**6)):
            for minor, snaplen in ((4, 65535), (4, 100), (3, 65535)):
                octets = struct.pack(order + "IHHiIII", magic, 2, minor, 0, 0,
                                     snaplen, ETHERNET)
                for i, size in enumerate(sizes):
                    data = (ethernet() + bytes(size))[:size]
                    octets += struct.pack(order + "IIII", T + i, i % tick,
                                          size, size)
                    octets += bytes(8 if magic == 0xA1B2CD34 else 0) + data
                name = write("dialect.pcap", octets)
                what = f"{order}{magic:x} 2.{minor} {snaplen}"
                blocks, _ = summary("-r", name)
                pipe, _ = summary("-r", "-", input=octets)
                check(what, blocks == pipe and blocks.get("packets", 0) ==
                      len(sizes), (blocks, pipe))


def test_cut_short():
    for cut in (len(GOOD) - 1, len(GOOD) - 60, len(GOOD) - 48):
        name = write("cut.pcap", GOOD[:cut])
        s, err = summary("-r", name, status=2)
        check("cut short: judged", s.get("packets") == 2, s)
        check("cut short: said", err.count("\n") == 1 and re.search(
            "cut.pcap: cut short after packet 2, .*; ", err), err)
    s, err = summary("-r", "cut.pcap", "-r",
                     write("good.pcap", GOOD), status=2)
    check("cut short beside a whole one", s.get("packets") == 5, s)
    name = write("damaged.pcap", GOOD[:24] + struct.pack(
        "<IIII", T, 0, 0x7FFFFFFF, 60) + GOOD)
    s, err = summary("-r", name, status=2)
    check("damaged", "damaged.pcap: damaged after packet 0" in err, err)


def test_filters():
    good = write("good.pcap", GOOD)
    refused("bad filter", "filter 'prot 5': .*syntax error.*; ", "-r", good,
            "prot", "5")
    s, _ = summary("-r", good, "tcp")
    check("filter", s.get("packets") == 0 and
          dropped(s, "savefile.filtered") == 3, s)
    s, _ = summary("-r", good, "udp", "and", "port", "5060")
    check("filter lets through", s.get("packets") == 3, s)


def test_options():
    refused("bad option", "--jsn: unknown option; ", "--jsn")
    refused("bad letter", "-x: unknown option; ", "-x")
    refused("no value", "-r: needs a value; ", "-r")
    refused("no long value", "--explain: needs a value; ", "--explain")
    refused("needless value", "--json=1: takes no value; ", "--json=1")
    refused("bad kind", "nothing-such: .*transaction-timeout", "--explain",
            "nothing-such")
    refused("two things", "more than one thing", "--version", "--help")
    refused("nothing", r"nothing to watch: name an interface .*-r FILE", "-c",
            write("empty.conf", b""))
    refused("filter only", "nothing to watch: ", "-c", "empty.conf", "udp")
    refused("two sources", "-i and -r: .*not both", "-i", "lo", "-r", "x")
    refused("two configurations", "second configuration", "-c", "a", "-c",
            "b", "-r", "x")
    status, out, err = run("--help")
    check("--help", (status, err) == (0, "") and "--json" in out, out)
    status, out, err = run("--version")
    check("--version", (status, err) == (0, "") and
          re.match(r"siptimed \d+\.\d+", out), out)
    status, out, err = run("--explain", "all")
    check("--explain all", (status, err) == (0, ""), err)
    for kind in ("transaction-timeout", "slow-transaction", "clock-skew",
                 "local-clock", "visibility"):
        check("--explain all: " + kind, f"\n{kind}: " in "\n" + out, out)
        status, one, _ = run("--explain", kind)
        check("--explain " + kind, status == 0 and one in out, one)


def test_stamps():
    stamps = pcap([(T, ethernet()), (-5, ethernet()), (T, 2000000000,
                  ethernet()), (T + 1, ethernet())])
    s, _ = summary("-r", write("stamps.pcap", stamps))
    check("absurd stamps", s.get("packets") == 2 and
          dropped(s, "savefile.bad_stamp") == 2, s)
    year = 31556952 * 10**9
    far = pcapng([ETHERNET], [
        (0, T * 10**9, ethernet()),
        (0, 530 * year, ethernet()),
        (0, T * 10**9 + 5, ethernet(udp(b"x")))])
    s, _ = summary("-r", write("far.pcapng", far))
    check("year 2500", s.get("packets") == 2 and
          dropped(s, "savefile.bad_stamp") == 1, s)
    swing = [(0, (i % 2) * 220 * year + i, ethernet(udp(b"%d" % i)))
             for i in range(60)]
    s, _ = summary("-r", write("swing.pcapng", pcapng([ETHERNET], swing)))
    check("swinging stamps: nothing lost", s.get("packets", 0) +
          dropped(s, "savefile.bad_stamp") == 60, s)
    dated = [ethernet(udp(b"OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP a;branch"
                          b"=z9hG4bK%d\r\nFrom: <sip:a@x>;tag=1\r\n"
                          b"To: <sip:b@x>\r\nCall-ID: %d@x\r\n"
                          b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n"
                          b"Date: Mon, 03 Jan 2011 18:22:0%d GMT\r\n\r\n"
                          % (i, i, i))) for i in range(5)]
    for name, when in (("zero", 0), ("counted", 100)):
        zero = write("zero.pcap", pcap(
            [(0, i * when, packet) for i, packet in enumerate(dated)]))
        status, out, err = run("-r", zero)
        check(name + " stamps accuse nobody", status == 0 and
              "without a stamp" in err and "clock of" not in out, out + err)
    status, out, err = run("-r", write("epoch.pcap", pcap(
        [(30 + i, packet) for i, packet in enumerate(dated)])))
    check("stamps of 1970", status == 1 and "clock of" in out and err == "",
          out + err)
    nothing = pcap([(T, b""), (T, b"\0"), (T + 1, b"")], octets=60)
    s, _ = summary("-r", write("nothing.pcap", nothing))
    check("caplen 0", s.get("packets") == 3, s)
    short = pcap([(T, ethernet())], octets=3)
    s, _ = summary("-r", write("short.pcap", short))
    check("len below caplen", s.get("packets") == 1, s)
    s, _ = summary("-r", write("none.pcap", pcap([])))
    check("no packets", s.get("packets") == 0, s)


def test_order():
    names = [write(f"part{i}.pcap", pcap(
        [(T + 10 * j + i % 2, ethernet(udp(b"%d" % j, 1000 + i)))
         for j in range(20)])) for i in range(5)]
    forward = run("--json", *sum((["-r", n] for n in names), []))
    backward = run("--json", *sum((["-r", n] for n in names[::-1]), []))
    twice = run("--json", *sum((["-r", n] for n in names + names), []))
    check("order of files", forward == backward, (forward, backward))
    check("a file named twice", forward == twice, (forward, twice))
    s = json.loads(forward[1])
    check("first and last", s["first"] == "2011-03-13T07:06:40.000000Z" and
          s["last"] == "2011-03-13T07:09:51.000000Z", s)
    later = write("later.pcap", pcap([(T + 9999, ethernet())]))
    back = write("back.pcap", pcap([(T, ethernet()), (T - 500, ethernet())]))
    _, _, err = run("-v", "-r", write("good.pcap", GOOD), "-r", later)
    check("hole between files", "later.pcap: begins after a time" in err, err)
    _, _, err = run("-v", "-r", back)
    check("step back", "back.pcap: stamps step back" in err, err)


def exchange(turn, response):
    """One OPTIONS, or its 200, as an IP packet."""
    first, via = (("SIP/2.0 200 OK", "192.0.2.1") if response else
                  ("OPTIONS sip:192.0.2.2 SIP/2.0", "192.0.2.1"))
    text = (f"{first}\r\nVia: SIP/2.0/UDP {via};branch=z9hG4bK{turn}\r\n"
            f"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
            f"Call-ID: {turn}@x\r\nCSeq: 1 OPTIONS\r\n"
            f"Content-Length: 0\r\n\r\n").encode()
    packet = bytearray(udp(text))
    if response:
        packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
    return bytes(ethernet(bytes(packet)))


def two_boxes(seconds):
    """Requests in one file, responses in another with another clock."""
    there = write("there.pcap", pcap(
        [(T + 10 * i, 0, exchange(i, False)) for i in range(8)]))
    back = write("back.pcap", pcap(
        [(T + 10 * i + seconds, 20000, exchange(i, True))
         for i in range(8)]))
    return ["-r", there, "-r", back]


def test_clocks_of_files():
    every = write("every.conf", b"[timeouts]\nports = 5060\nmethods = *\n")
    for seconds in (-7, 3600, 0):
        for align in ([], ["--align"]):
            _, out, err = run("--json", "-c", every, *align,
                              *two_boxes(seconds))
            lines = [json.loads(line) for line in out.splitlines()]
            told = [a["evidence"] for a in lines if a["type"] == "alert"]
            name = f"clocks of files {seconds} {align}"
            if seconds == 0:
                check(name + ": no alert", told == [], out + err)
            else:
                check(name + ": told", len(told) == 1 and
                      told[0]["class"] == "clocks_differ" and
                      told[0]["a"] == "back.pcap" and
                      told[0]["b"] == "there.pcap" and
                      -0.1 < told[0]["offset_s"] + seconds < 0.1, out + err)
            if align or seconds == 0:
                check(name + ": answered", lines[-1]["transactions"].get(
                    "OPTIONS", {}).get("answered") == 8, out + err)
    # What comes through a pipe cannot be read twice.
    files = two_boxes(-7)
    with open(os.path.join(WORK, files[1]), "rb") as f:
        status, _, err = run("-r", "-", *files[2:], input=f.read())
    check("clocks of a pipe", status == 0 and err == "", (status, err))


def test_output():
    good = write("good.pcap", GOOD)
    with open("/dev/full", "wb") as full:
        status, _, err = run("-r", good, stdout=full)
    check("full disk", status == 2 and err.count("\n") == 1 and
          "standard output: cannot be written: No space" in err, err)
    reader, writer = os.pipe()
    os.close(reader)
    status, _, err = run("-r", good, stdout=writer)
    os.close(writer)
    check("reader gone", status == 2 and "Broken pipe" in err, err)
    status, out, err = run("-r", "-", input=GOOD)
    check("standard input", status == 0 and err == "" and out, (out, err))
    slow = subprocess.Popen([PROGRAM, "-r", "-"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for octet in GOOD[:30]:
        slow.stdin.write(bytes([octet]))
        slow.stdin.flush()
    out, err = slow.communicate(GOOD[30:])
    check("a pipe by drops", slow.returncode == 0 and err == b"", err)
    master, slave = pty.openpty()
    done = subprocess.run([PROGRAM, "-r", good], cwd=WORK, stderr=slave,
                          stdout=subprocess.PIPE, check=False)
    os.close(slave)
    os.set_blocking(master, False)
    try:
        drawn = os.read(master, 4096)
    except (BlockingIOError, OSError):
        drawn = b""
    os.close(master)
    check("terminal left clean", done.returncode == 0 and
          (drawn == b"" or drawn.endswith(b"\r\x1b[K")), drawn)


# --- configuration -----------------------------------------------------

BAD_LINES = [
    ("x = 5", "x: stands before any section"),
    ("[sipp]", r"\[sipp\]: unknown section; accepted: .*\[sip\].*\[pool"),
    ("ports = nonsense in a refused section", None),
    ("[pool x]", r'not a name; accepted: \[pool "NAME"\]'),
    ('[pool "a"]', None),
    ("members = 192.0.2.1 fe.example", "members: found.*accepted: addresses"),
    ("[sip]", None),
    ("prots = 5", "prots: unknown key; accepted: ports identities"),
    ("ports = 99999", "found '99999'; accepted: ports"),
    ("identities = none", "found 'none'; accepted: full domain hash"),
    ("max_message = 5", "found '5'; accepted: 4K to 1M"),
    ("junk", "junk: no '='"),
    ("[clock", "not a section"),
    ("[timeouts]", None),
    ("t1 = 500", "found '500'; accepted: 10ms to 10s"),
    ("grace = 2s", None),
    ("grace = 3s", "set twice, first on line 16"),
    ("slow_count = 0", "found '0'; accepted: 1 to 1000"),
    ("timer_c = 99999999999999999999h", "timer_c: found"),
    ("ports = 5062 # mine", "found '5062 # mine'"),
    ("methods = " + "A " * 200, "too long"),
    ("methods = a\0b", "NUL"),
    ("[alerts]", None),
    ("ignore = nobody", "found 'nobody'"),
    ("rate = -1", "found '-1'"),
]


def test_config_errors():
    path = write("bad.conf", "\n".join(line for line, _ in BAD_LINES)
                 .encode() + b"\n")
    status, out, err = run("-c", path, "--check-config")
    wanted = [f"siptimed: bad.conf:{i + 1}: .*{says}"
              for i, (_, says) in enumerate(BAD_LINES) if says]
    check("bad configuration: status", status == 2 and out == "", out)
    check("bad configuration: count",
          len(err.splitlines()) == len(wanted), err)
    for line, pattern in zip(err.splitlines(), wanted):
        check("bad configuration", re.match(pattern, line), (pattern, line))
    refused("bad configuration stops -r", "bad.conf:1", "-c", path, "-r",
            write("good.pcap", GOOD), lines=len(wanted))
    refused("no configuration", "nil.conf: No such file", "-c", "nil.conf",
            "--check-config")
    empty = os.path.join(WORK, write("empty.key", b"\nkey\n"))
    os.chmod(empty, 0o600)
    for name, text, says in (
            ("order", "[clock]\nwarn = 1h\n", "warn <= major"),
            ("agents", "[hep]\nlisten = 0.0.0.0:9060\n",
             r"listen: found 0.0.0.0:9060, .* and no allow"),
            ("port", "[hep]\nlisten = 127.0.0.1:0\n",
             r"port.conf:2: \[hep\] listen: .*127.0.0.1:0.*PORT 1 to 65535"),
            ("all", "[timeouts]\nmethods = INVITE *\n", r"\* alone"),
            ("auto", "[alerts]\nsinks = auto syslog\n", "auto alone"),
            ("listen", "[http]\nlisten = 0.0.0.0:9942\n", "no allow"),
            ("listen6", "[http]\nlisten = [::]:9942\n", "no allow"),
            ("filter", "[capture]\nfilter = prot 5\n", "pcap-filter"),
            ("nokey", "[hep]\nkey = /nil\n", r"key = /nil: .*No such file"),
            ("nullkey", "[hep]\nkey = /dev/null\n", "key = /dev/null: "),
            ("emptykey", f"[hep]\nkey = {empty}\n", "first line is empty")):
        refused("check of " + name, says, "--check-config", "-c",
                write(name + ".conf", text.encode()))


def printed(*arguments):
    status, out, err = run("--print-config", *arguments)
    check(f"--print-config {arguments}", status == 0, err)
    return out


def test_config_merges():
    folder = os.path.join(WORK, "etc")
    os.makedirs(os.path.join(folder, "siptimed.conf.d"))
    write("etc/siptimed.conf", b"\xef\xbb\xbf[sip]\r\n  ports = 5060, 5070-"
          b"5080 ; a comment\r\n\tidentities=hash\r\n[pool \"fe\"]\r\n"
          b"members = 192.0.2.1 2001:db8::1\r\n")
    write("etc/siptimed.conf.d/b.conf", b"[timeouts]\ngrace = 7s\n")
    write("etc/siptimed.conf.d/a.conf",
          b"[timeouts]\ngrace = 6s\nports=5070\n[pool \"fe\"]\nwarn = 5s\n")
    write("etc/siptimed.conf.d/ignored.txt", b"nonsense")
    out = printed("-c", "etc/siptimed.conf")
    for line in (r"ports = 5060, 5070-5080 +; etc/siptimed.conf:2",
                 r"identities = hash +; etc/siptimed.conf:3",
                 r"grace = 7s +; etc/siptimed.conf.d/b.conf:2",
                 r"t1 = 500ms +; default",
                 r'\[pool "fe"\]',
                 r"members = 192.0.2.1 2001:db8::1 +; etc/siptimed.conf:5",
                 r"warn = 5s +; etc/siptimed.conf.d/a.conf:5"):
        check("--print-config", re.search(f"(?m)^{line}$", out), (line, out))
    again = printed("-c", write("again.conf", out.encode()))
    values = re.compile(r" *; .*")
    check("what is printed can be read back",
          values.sub("", again) == values.sub("", out), again)


def test_memory_max():
    """The units' is what the defaults ask for, whatever they become."""
    out = printed()
    least = re.search(r"MemoryMax=(\d+M) or more", out)[1]
    for name in "siptimed.service", "siptimed@.service":
        with open(os.path.join(os.path.dirname(PROGRAM), "packaging", name),
                  encoding="ascii") as file:
            found = re.findall(r"(?m)^MemoryMax=(.*)$", file.read())
        check(f"MemoryMax of {name}", found == [least], (found, least))
    shares = [int(k) for k in re.findall(r"(?m)^; .* (\d+) K (?:guaranteed|"
                                         "for whoever)", out)]
    check("shares are the budget",
          .98 < sum(shares) / (256 * 1024) <= 1, shares)
    aside = b"[limits]\nmemory = 64M\n[evidence]\ndirectory = /tmp/x\n"
    for workers, handover in (b"1", 0), (b"2", 16384):
        small = printed("-c", write("small.conf", aside + b"[capture]\n"
                                    b"workers = " + workers + b"\n"))
        check(f"what is set aside is shown, workers = {workers.decode()}",
              re.search(r"(?m)^; evidence +8192 K guaranteed$", small) and
              re.search(rf"(?m)^; handover +{handover} K guaranteed$",
                        small), small)
        keyed = printed("-c", write("keyed.conf", aside + b"[capture]\n"
                                    b"workers = " + workers +
                                    b'\n[tls "edge"]\nkeylog = /tmp/x\n'))
        check(f"secrets of other threads, workers = {workers.decode()}",
              re.search(rf"(?m)^; secrets +{handover // 2} K guaranteed$",
                        keyed) and
              re.search(rf"(?m)^; handover +{handover} K guaranteed$",
                        keyed), keyed)
    judge = printed("-c", write("judge.conf", b"[fleet]\nrole = judge\n"
                                b"servers = nats://192.0.2.1:4222\n"))
    check("a judge's part is shown",
          re.search(r"(?m)^; fleet +131072 K guaranteed$", judge), judge)


def keys(text, comment):
    """(section, key, default) of every key in a configuration file."""
    section, found = "", []
    for line in text.splitlines():
        line = re.sub(r" +;.*", "", line)
        head = re.match(rf'({comment})?\[(\w+)( "NAME")?\]$', line)
        pair = re.match(rf"({comment})?(\w+) =(.*)$", line)
        if head:
            section = head.group(2)
        elif pair:
            found.append((section, pair.group(2), pair.group(3).strip()))
    return found


def test_same_keys():
    """The program, conf/siptimed.conf and siptimed.conf(5) agree."""
    in_program = keys(printed("-c", write(
        "pool.conf", b'[pool "NAME"]\nrole =\n[tls "NAME"]\nkey =\n')), "")
    with open(os.path.join(TOP, "conf/siptimed.conf"), encoding="utf-8") as f:
        in_file = keys(f.read(), "#")
    in_page, section = [], ""
    with open(os.path.join(TOP, "conf/siptimed.conf.5"),
              encoding="utf-8") as f:
        for line in f:
            head = re.match(r"\.Ss \[(\w+)", line)
            pair = re.match(r"\.It Cm (\w+) No = ?(.*)$", line)
            if head:
                section = head.group(1)
            elif pair:
                in_page.append((section, pair.group(1), pair.group(2)))
    check("more than 40 keys", len(in_program) > 40, in_program)
    for name, found in (("conf/siptimed.conf", in_file),
                        ("conf/siptimed.conf.5", in_page)):
        check(name, found == in_program,
              sorted(set(found) ^ set(in_program)))
    for name in ("conf/siptimed.conf", "conf/minimal.conf"):
        status, out, err = run("--check-config", "-c",
                               os.path.join(TOP, name))
        check(name, (status, out, err) == (0, "", ""), err)


def test_same_witnesses():
    """The program and siptimed-witnesses(7) agree."""
    known = {key: value for _, key, value in keys(printed(), "")}["witnesses"]
    with open(os.path.join(TOP, "conf/siptimed-witnesses.7"),
              encoding="utf-8") as f:
        in_page = re.findall(r"^\.It Cm (\w+)$", f.read(), re.MULTILINE)
    check("siptimed-witnesses.7", in_page == known.split(), in_page)


def sparse(name, packets):
    """So many packets of 256 K, of zeros that take no room."""
    with open(os.path.join(WORK, name), "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144,
                               ETHERNET))
        for i in range(packets):
            file.write(struct.pack("<IIII", 1294078920 + i, 0, 262144, 262144))
            file.truncate(file.seek(262144, os.SEEK_CUR))
    return name


def test_second_thread():
    """workers = auto takes it for large files, where it may run."""
    many = os.sysconf("SC_NPROCESSORS_ONLN") > 1
    small, large = sparse("small.pcap", 1), sparse("large.pcap", 1024)
    for workers, file, wanted in (("auto", small, False),
                                  ("auto", large, many), ("1", large, False),
                                  ("2", small, True)):
        conf = write("workers.conf",
                     f"[capture]\nworkers = {workers}\n".encode())
        status, out, err = run("-v", "-c", conf, "-r", file)
        check(f"a second thread: workers = {workers}, {file}", status == 0 and
              ("judged in a second thread" in err) == wanted, (status, err))


# --- ready profiles ----------------------------------------------------

TRUNK = """host pbx 10.0.0.5
host carrier 198.51.100.7:5060
0 pbx > carrier OPTIONS resend
60 pbx > carrier INVITE resend
120 nothing
"""
EDGE = """host fe 192.0.2.11
host edge 192.0.2.21:5062
0 fe > edge SERVICE resend
60 nothing
"""


def raised(profile, story, name):
    """The (kind, method) of each alert that a profile raises."""
    write(name + ".txt", story.encode())
    subprocess.run([os.path.join(os.path.dirname(PROGRAM),
                                 "tests/tools/pcapscript"),
                    name + ".txt", name + ".pcap"], cwd=WORK, check=True)
    _, out, err = run("--json", "-c", os.path.join(TOP, "conf", profile),
                      "-r", name + ".pcap")
    check(f"{profile}: no complaint", err == "", err)
    objects = [json.loads(line) for line in out.splitlines()]
    return {(o["alert"], o["evidence"].get("method"))
            for o in objects if o["type"] == "alert"}


def test_profiles():
    for profile in "minimal.conf", "trunks.conf", "lync.conf":
        got, out, err = run("-c", os.path.join(TOP, "conf", profile),
                            "--check-config")
        check(f"{profile}: is accepted", (got, out, err) == (0, "", ""), err)
    seen = raised("trunks.conf", TRUNK, "trunk")
    check("trunks.conf: a dead trunk", seen >= {
        ("transaction-timeout", "OPTIONS"),
        ("transaction-timeout", "INVITE")}, seen)
    seen = raised("lync.conf", EDGE, "edge")
    check("lync.conf: a dead Edge",
          ("transaction-timeout", "SERVICE") in seen, seen)
    seen = raised("minimal.conf", TRUNK, "trunk")
    check("minimal.conf: watches no trunk",
          not any(kind == "transaction-timeout" for kind, _ in seen), seen)


def test_files_that_are_not_regular():
    os.mkfifo(os.path.join(WORK, "pipe.conf"))
    refused("a pipe as configuration", "pipe.conf: not a regular file; ",
            "-c", "pipe.conf", "--check-config")
    refused("a device as configuration", "/dev/zero: not a regular file; ",
            "-c", "/dev/zero", "--check-config")


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
    shutil.rmtree(WORK)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
