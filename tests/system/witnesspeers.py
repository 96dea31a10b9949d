# SPDX-License-Identifier: GPL-3.0-or-later
"""The peers of `witness`: hosts on one wire, and chronyd, Samba and a KDC
whose clocks faketime shifts."""

import os
import shutil
import subprocess
import tempfile

from livenet import end, sh, spawn, until

# Where install-deps unpacks servers that must not be installed.
UNPACKED = os.environ.get("PEERS", "/usr/local/lib/siptimed-peers")
KDB = "usr/lib/*-linux-gnu/krb5/plugins/kdb"
TOOLS = """chronyd faketime ip kadmin.local kdb5_util kinit krb5kdc kvno
openssl smbclient smbd ss tcpdump tshark unshare"""
REALM = "EXAMPLE.COM"

os.environ["PATH"] = (f"{UNPACKED}/usr/sbin:{os.environ['PATH']}:"
                      f"{UNPACKED}/usr/bin")
# A peer of ours that is sanitized has to live with faketime before it.
os.environ["ASAN_OPTIONS"] = "detect_leaks=0:verify_asan_link_order=0"
running = []


def library():
    """The environment of what was unpacked with its libraries."""
    found = sh(f"ls -d {UNPACKED}/usr/lib/*-linux-gnu "
               f"{UNPACKED}/usr/lib/*-linux-gnu/*as "
               f"{UNPACKED}/usr/lib/*-linux-gnu/lapack "
               f"{UNPACKED}/usr/lib/*-linux-gnu/kamailio 2>/dev/null || true")
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(found.split())}


def tools_missing():
    return [t for t in TOOLS.split() if shutil.which(t) is None]


def network(hosts):
    """Each on a port of a bridge of its own name; br0 sees all."""
    sh("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; "
       "ip link set lo up; ip link add br0 type bridge; ip link set br0 up")
    for host, address in hosts.items():
        sh(f"ip netns add {host}; ip -n {host} link set lo up; "
           f"ip netns exec {host} sysctl -qw "
           "net.ipv6.conf.default.disable_ipv6=1; "
           f"ip link add {host} type veth peer name eth0 netns {host}; "
           f"ip link set {host} master br0 up; "
           f"ip -n {host} address add {address}/24 dev eth0; "
           f"ip -n {host} link set eth0 up; "
           # Nobody answers there: what is sent to it ends on the wire.
           f"ip -n {host} neighbour add 10.0.0.250 dev eth0 "
           "lladdr 02:00:00:00:00:fa")


def folder():
    return tempfile.mkdtemp(dir="/run")


def start(host, command, shift=None, **options):
    """What runs until it is stopped."""
    if shift:
        command = ["faketime", "-f", shift, *command]
    with open(f"{folder()}/log", "wb") as log:
        process = spawn(command, host, start_new_session=True, stdout=log,
                        stderr=log, **options)
    running.append(process)
    return process


def stop(process):
    running.remove(process)
    end(process)


def stop_all():
    for process in list(running):
        stop(process)


def run(host, command, shift=None, text="", **options):
    """What ends by itself: its status and what it said."""
    if shift:
        command = ["faketime", "-f", shift, *command]
    done = subprocess.run(
        ["ip", "netns", "exec", host, *command], input=text, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30,
        check=False, **options)
    return done.returncode, done.stdout


def listens(host, port):
    return until(10, lambda: f":{port} " in run(
        host, ["ss", "-Hlntu", f"sport = :{port}"])[1])


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def chronyd(host, shift, *lines):
    """Without a hand on any clock."""
    place = folder()
    write(f"{place}/conf", "\n".join([
        *lines, "cmdport 0", "bindcmdaddress /", f"pidfile {place}/pid", ""]))
    return start(host, ["chronyd", "-x", "-d", "-u", "root", "-f",
                        f"{place}/conf"], shift)


def asks(server, how="server"):
    """A line of chronyd's: sixteen times a second."""
    return f"{how} {server} iburst minpoll -4 maxpoll -4"


SAMBA = """[global]
server role = standalone server
map to guest = Bad User
guest account = root
server min protocol = NT1
client min protocol = NT1
load printers = no
printing = bsd
disable spoolss = yes
private dir = {0}
lock directory = {0}
state directory = {0}
cache directory = {0}
pid directory = {0}
ncalrpc dir = {0}/ncalrpc
log file = {0}/log
[share]
path = {0}
guest ok = yes
read only = no
"""


def samba_config():
    place = folder()
    return write(f"{place}/smb.conf", SAMBA.format(place))


def smbd(host, shift=None, zone="UTC0"):
    process = start(host, [
        "smbd", "-F", "--no-process-group", "-s", samba_config()], shift,
        env={**os.environ, "TZ": zone})
    listens(host, 445)
    return process


def smbclient(host, server, protocol, *options, commands="ls"):
    place = samba_config()
    return run(host, ["smbclient", "-s", place, "-m", protocol, "-N", "-I",
                      server, *options, "//server/share", "-c", commands],
               cwd=os.path.dirname(place))


KERBEROS = """[libdefaults]
default_realm = {realm}
dns_lookup_kdc = false
dns_canonicalize_hostname = false
kdc_timesync = {sync}
udp_preference_limit = {udp}
[realms]
{realm} = {{
	kdc = {server}
}}
"""
KDC = """[kdcdefaults]
kdc_listen = 88
kdc_tcp_listen = 88
[realms]
{realm} = {{
	database_name = {place}/principal
	key_stash_file = {place}/stash
	default_principal_flags = +preauth
}}
[dbmodules]
db_module_dir = {modules}
[logging]
kdc = FILE:{place}/log
"""


def client_of(server, sync=False, tcp=False):
    """The environment of a client.  MIT's corrects itself where it may."""
    place = folder()
    return {**os.environ, "KRB5CCNAME": f"{place}/cache", "KRB5_CONFIG": write(
        f"{place}/krb5.conf", KERBEROS.format(
            realm=REALM, server=server, sync=int(sync),
            udp=1 if tcp else 1400))}


def plugins():
    """Where KDCs find their databases, installed or unpacked."""
    for root in UNPACKED, "":
        if found := sh(f"ls -d {root}/{KDB} 2>/dev/null || true").split():
            return found[0]
    return ""


class Kdc:
    """A realm with one user, and the KDCs of it."""

    def __init__(self):
        place = folder()
        self.env = {**client_of("localhost"), "KRB5_KDC_PROFILE": write(
            f"{place}/kdc.conf", KDC.format(
                realm=REALM, place=place, modules=plugins()))}
        for command in (["kdb5_util", "create", "-s", "-r", REALM, "-P",
                         "master"],
                        ["kadmin.local", "-q", "addprinc -pw secret alice"]):
            subprocess.run(command, env=self.env, check=True,
                           stdin=subprocess.DEVNULL, timeout=30,
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)

    def start(self, host, shift=None):
        process = start(host, ["krb5kdc", "-n"], shift, env=self.env)
        listens(host, 88)
        return process


def logon(host, env, shift=None):
    """0: alice has her ticket."""
    return run(host, ["kinit", "alice"], shift, "secret\n", env=env)
