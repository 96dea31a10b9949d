# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of `live`: a network, peers, daemons, a journald and a syslogd.

Everything stands in namespaces that end with the process that made them, so
that nothing of it outlives a test, however that ends.
"""

import array
import glob
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from waiting import PATIENCE, until

HERE = os.path.dirname(os.path.abspath(__file__))
PEER = [sys.executable, os.path.join(HERE, "livepeer.py")]
ASK = [*PEER, "ask"]
SILENT = [*PEER, "silent"]
ANSWER = [*PEER, "answer"]
NODES = "null zero full random urandom tty net/tun".split()
started = []


def enter():
    """Begin again in namespaces of our own, as process 1."""
    os.environ["SIPTIMED_LIVE"] = "inside"
    os.execvp("unshare", ["unshare", "--mount", "--net", "--pid", "--fork",
                          "--kill-child", "--mount-proc", sys.executable,
                          *sys.argv])


def sh(command):
    done = subprocess.run(command, shell=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout.strip()}")
    return done.stdout


def furnish():
    """/run and /dev of our own: for sockets that bear real names."""
    sh("mount -t tmpfs none /run && mkdir -p /run/dev/net /run/dev/shm")
    for node in NODES:
        if os.path.exists("/dev/" + node):
            sh(f"touch /run/dev/{node} && "
               f"mount --bind /dev/{node} /run/dev/{node}")
    sh("mount --rbind /run/dev /dev")
    sh("mkdir -p /run/systemd/journal /run/netns")


def network():
    """Client c and server s on a bridge; a TAP that shows c0's requests on
    ta1 and s0's answers on tb1."""
    sh("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6")
    sh("ip link set lo up; ip link add br0 type bridge; ip link set br0 up")
    for host, addresses in ("c", ["10.0.0.1", "10.0.0.6"]), (
            "s", [f"10.0.0.{i}" for i in range(2, 6)]):
        sh(f"ip netns add {host}")
        sh(f"ip -n {host} link set lo up")
        sh(f"ip netns exec {host} sysctl -qw "
           "net.ipv6.conf.default.disable_ipv6=1")
        sh(f"ip link add {host}0 type veth peer name eth0 netns {host}")
        sh(f"ip link set {host}0 master br0 up; "
           f"ip -n {host} link set eth0 up")
        for address in addresses:
            sh(f"ip -n {host} address add {address}/24 dev eth0")
    for port, tap in ("c0", "ta"), ("s0", "tb"):
        sh(f"ip link add {tap}0 type veth peer name {tap}1; "
           f"ip link set {tap}0 up; ip link set {tap}1 up; "
           f"tc qdisc add dev {port} ingress; "
           f"tc filter add dev {port} parent ffff: protocol all u32 "
           f"match u32 0 0 action mirred egress mirror dev {tap}0")


def spawn(command, inside=None, **options):
    if inside:
        command = ["ip", "netns", "exec", inside, *command]
    options.setdefault("stdout", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.DEVNULL)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    started.append(process)
    return process


def sipp(inside, scenario, *arguments, behind=None):
    command = ["sipp", "-nostdin", "-sf", f"{HERE}/sipp/{scenario}.xml",
               *arguments]
    if behind:
        command = ["faketime", "-f", behind, *command]
    return spawn(command, inside, cwd="/run", start_new_session=True)


def end(process, with_signal=signal.SIGTERM):
    """End one that we started, and those it started."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, with_signal)
        except ProcessLookupError:
            process.send_signal(with_signal)
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return None


def end_all():
    """What a case has left, which the next one would meet."""
    while started:
        end(started.pop())


class Daemon:
    """A siptimed in a folder of its own, watched."""

    def __init__(self, program, config="", *arguments, env=None, run=()):
        self.folder = tempfile.mkdtemp(dir="/run")
        os.chmod(self.folder, 0o777)
        self.config = os.path.join(self.folder, "siptimed.conf")
        self.write(config)
        self.out = open(os.path.join(self.folder, "out"), "wb")
        self.err = open(os.path.join(self.folder, "err"), "wb")
        self.command = [*run, program, "-v", "-c", self.config, *arguments]
        self.env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0",
                    "STATE_DIRECTORY": self.folder, **(env or {})}
        self.start()

    def start(self, **env):
        """Again, after it ended: with what it left behind."""
        self.begun = len(self.log)
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.out,
            stderr=self.err, env={**self.env, **env}, start_new_session=True)
        started.append(self.process)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()

    def write(self, config):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(config.replace("@", self.folder))

    def text(self, name):
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    @property
    def log(self):
        return self.text("err")

    def says(self, pattern, seconds=5):
        return until(seconds, lambda: re.search(pattern, self.log))

    def alerts(self, name="json"):
        return [a for line in self.text(name).splitlines()
                if line.endswith("}")
                for a in [json.loads(line)] if a["type"] == "alert"]

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """(exit status, seconds from SIGTERM to the end)"""
        began = time.monotonic()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = None
        return status, time.monotonic() - began

    def memory(self, field="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(field + r":\s+(\d+)", f.read()).group(1))

    def cpu(self):
        """Seconds of CPU of all its threads, to the nanosecond."""
        spent = 0
        for task in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"):
            with open(task, encoding="ascii") as f:
                spent += int(f.read().split()[0])
        return spent / 1e9


class Listener:
    """A datagram socket whose reader can stall."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(path):
            os.unlink(path)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.entries = []
        self.moving = threading.Event()
        self.moving.set()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.moving.wait()
            data, control, _, _ = self.socket.recvmsg(65536, 64)
            for level, kind, value in control:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    files = array.array("i", value)
                    with os.fdopen(files[0], "rb") as file:
                        file.seek(0)
                        data = file.read()
            self.entries.append(self.parse(data))

    @staticmethod
    def parse(data):
        return data.decode()

    def freeze(self):
        self.moving.clear()
        # The thread may wait for one more: give it that.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.sendto(b"", self.socket.getsockname())

    def thaw(self):
        self.moving.set()


class Journal(Listener):
    """journald's native protocol."""

    def __init__(self):
        super().__init__("/run/systemd/journal/socket")

    @staticmethod
    def parse(data):
        fields = {}
        while data:
            line, data = data.split(b"\n", 1)
            if b"=" in line:
                name, value = line.split(b"=", 1)
            else:
                name = line
                length = struct.unpack("<Q", data[:8])[0]
                value, data = data[8:8 + length], data[8 + length + 1:]
            fields[name.decode()] = value.decode()
        return fields


def tools_missing():
    return [t for t in ("ip", "tc", "unshare", "sipp", "faketime", "tcpdump",
                        "setpriv") if shutil.which(t) is None]
