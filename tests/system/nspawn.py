# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian 12 that boots in a container, and traffic into it from outside."""

import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from waiting import until

CACHE = Path(os.environ.get("SIPTIMED_TEST_CACHE", "/var/cache/siptimed-test"))
SUITE = "bookworm"
# libnats is what the package recommends for fleets.
PACKAGES = ["systemd-sysv", "dbus", "rsyslog", "logrotate", "libnats3.4"]


def sh(*command, check=True, env=None):
    done = subprocess.run(command, text=True, errors="replace", env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: "
                           f"{done.stdout}")
    return done.stdout


def dependencies(deb):
    """Of each alternative the first; without versions."""
    return [word.split("|")[0].split("(")[0].strip()
            for word in sh("dpkg-deb", "-f", deb, "Depends").split(",")]


def mirror():
    """Where this host has its packages from, and by which proxy."""
    lines = sh("apt-get", "indextargets", "--format",
               "$(CODENAME) $(REPO_URI)", "Created-By: Packages").splitlines()
    uris = [line.split()[1] for line in lines if line.split()[0] == SUITE]
    proxy = sh("apt-config", "shell", "P", "Acquire::http::Proxy")
    env = dict(os.environ)
    if "'" in proxy:
        env["http_proxy"] = proxy.split("'")[1]
    return uris[:1], env


def tree(deb):
    """A Debian with what the package needs."""
    return debian(PACKAGES + dependencies(deb))


def debian(packages):
    """A bare Debian and these packages, made once."""
    wanted = sorted(set(packages))
    name = hashlib.sha256(" ".join(wanted).encode()).hexdigest()[:12]
    place = CACHE / f"{SUITE}-{name}"
    if place.is_dir():
        return place
    CACHE.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix="new-", dir=CACHE))
    uris, env = mirror()
    try:
        sh("debootstrap", "--variant=minbase",
           *(["--include=" + ",".join(wanted)] if wanted else []), SUITE,
           str(new), *uris, env=env)
        sh("chroot", str(new), "apt-get", "clean")
        new.chmod(0o755)
        new.rename(place)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return place


class Container:
    """Booted from a copy of `lower' that is thrown away."""

    def __init__(self, lower):
        self.place = Path(tempfile.mkdtemp(prefix="siptimed-container."))
        self.root = self.place / "root"
        self.mounted = False
        for name in "root", "upper", "work":
            (self.place / name).mkdir()
        (self.place / "root").chmod(0o755)
        (self.place / "upper").chmod(0o755)
        self.nspawn = None
        self.leader = None
        self.lower = lower

    def mount(self):
        sh("mount", "-t", "overlay", "overlay", "-o",
           f"lowerdir={self.lower},upperdir={self.place}/upper,"
           f"workdir={self.place}/work", str(self.root))
        self.mounted = True

    def boot(self):
        self.mount()
        console = open(self.place / "console", "wb")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", "--register=no",
             "--keep-unit", "--private-network", "--console=pipe",
             "--machine=siptimed-test", "-D", str(self.root)],
            stdin=subprocess.DEVNULL, stdout=console,
            stderr=subprocess.STDOUT)
        if not until(60, self.is_running):
            raise RuntimeError("the container does not boot: " +
                               (self.place / "console").read_text(
                                   errors="replace"))

    def is_running(self):
        if self.nspawn.poll() is not None:
            raise RuntimeError("systemd-nspawn ended: " +
                               (self.place / "console").read_text(
                                   errors="replace"))
        children = Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}"
                        "/children").read_text().split()
        if not children:
            return False
        self.leader = int(children[0])
        state = self.run("systemctl", "is-system-running", check=False)
        return state.strip() in ("running", "degraded")

    def run(self, *command, check=True):
        return sh("nsenter", "-a", "-t", str(self.leader), *command,
                  check=check)

    def add_interface(self, outside, inside):
        sh("ip", "link", "add", outside, "type", "veth", "peer", "name",
           inside, "netns", str(self.leader))
        sh("ip", "link", "set", outside, "up")
        self.ip("link", "set", inside, "up")

    def ip(self, *words):
        """The host's: a small Debian has none."""
        return sh("nsenter", "-n", "-t", str(self.leader), "ip", *words)

    def path(self, inside):
        return Path(f"/proc/{self.leader}/root") / inside.lstrip("/")

    def end(self):
        if self.nspawn is not None and self.nspawn.poll() is None:
            # systemd(1): SIGRTMIN+4 powers off.
            if self.leader is not None:
                os.kill(self.leader, signal.SIGRTMIN + 4)
            try:
                self.nspawn.wait(20)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        if self.mounted:
            sh("umount", str(self.root), check=False)
        shutil.rmtree(self.place, ignore_errors=True)


def send(packets, interface, speed):
    """Put frames on the wire, each so many seconds after the first, `speed'
    times as fast."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind((interface, 0))
    begun, first = time.monotonic(), None
    for when, octets in packets:
        first = when if first is None else first
        wait = begun + (when - first) / speed - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        wire.send(octets)
    wire.close()


def frames(octets):
    """Of a savefile: when, and what."""
    fraction = 1e9 if octets[:4] == struct.pack("<I", 0xa1b23c4d) else 1e6
    at = 24
    while at < len(octets):
        seconds, part, length = struct.unpack_from("<III", octets, at)
        yield seconds + part / fraction, octets[at + 16:at + 16 + length]
        at += 16 + length


def play(pcapscript, story, interface, speed):
    """Put a story on the wire, `speed' times as fast as it is told."""
    with tempfile.TemporaryDirectory() as folder:
        text, pcap = Path(folder) / "story.txt", Path(folder) / "story.pcap"
        text.write_text(story)
        sh(str(pcapscript), str(text), str(pcap))
        octets = pcap.read_bytes()
    send(frames(octets), interface, speed)
