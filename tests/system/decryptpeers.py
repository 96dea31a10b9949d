# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of other TLS stacks, and SIP as its programs talk it: lighttpd with
NSS, mbedTLS and wolfSSL; and two Kamailios with TLS between them, whose SIP is
judged as that before them, in clear."""

import os
import re
import subprocess
import time

from decryptstacks import Program
from decryptwire import (CLIENT, FOLDER, SERVER, Proxy, free_port, listens,
                         plain, save, until)

PEERS = os.environ.get("SIPTIMED_PEERS", "/usr/local/lib/siptimed-peers")
KEY, BOTH = f"{FOLDER}/rsa.key", f"{FOLDER}/rsa.all"
CERTIFICATE = f"{FOLDER}/rsa.pem"
PAGE = b"".join(b"line %d\n" % number for number in range(9000))
STACKS = {"nss": "AES128-SHA256 ECDHE-RSA-AES128-GCM-SHA256",
          "mbedtls": "AES128-SHA AES256-GCM-SHA384 AES128-CCM8 "
                     "ECDHE-RSA-CHACHA20-POLY1305",
          # Debian builds it without RSA key exchange.
          "wolfssl": "ECDHE-RSA-AES128-SHA256 ECDHE-RSA-AES256-GCM-SHA384 "
                     "ECDHE-RSA-CHACHA20-POLY1305"}
ALL = {"nss": "ALL", "mbedtls": "HIGH", "wolfssl": "ALL"}
TLS13 = {"wolfssl", "nss"}
LIGHTTPD = """
server.document-root = "{folder}/pages"
server.bind = "127.0.0.1"
server.port = {port}
server.modules = ( "mod_{stack}" )
ssl.engine = "enable"
ssl.pemfile = "{pem}"
ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "TLSv1.2",
                             "CipherString" => "{all}" )
"""


def fetch(proxy, version, ciphers, log):
    """A page over TLS through the proxy, as OpenSSL reads it."""
    ask = b"GET /page.txt HTTP/1.0\r\n\r\n"
    options = ["-tls1_3"] if version == "1.3" else [
        "-tls1_2", "-cipher", f"{ciphers}:@SECLEVEL=0"]
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.port}",
         "-quiet", "-ign_eof", "-keylogfile", log, *options], input=ask,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
    return ask, done.stdout, done.stderr


def read(check, what, build, proxy, options, asked, answered):
    streams, refused, counters = plain(
        build, save("peer", *proxy.wires), *options)
    got = [b"".join(octets for _, octets in sorted(side.items()))
           for side in streams]
    check(what, got == [asked, answered],
          [got[CLIENT], len(got[SERVER]), len(answered), refused, counters])


def test_stack(build, check, stack):
    port = free_port()
    path = f"{FOLDER}/{stack}.conf"
    with open(path, "w", encoding="utf-8") as file:
        file.write(LIGHTTPD.format(folder=FOLDER, port=port, stack=stack,
                                   pem=BOTH, all=ALL[stack]))
    with Program([f"{PEERS}/usr/sbin/lighttpd", "-D", "-f", path, "-m",
                  f"{PEERS}/usr/lib/lighttpd"]) as server:
        until(20, lambda: server.process.poll() is not None or
              listening(port))
        if server.process.poll() is not None:
            check(f"lighttpd with {stack}: starts", False, server.said())
            return
        wanted = [("1.2", name) for name in STACKS[stack].split()]
        wanted += [("1.3", "")] * (stack in TLS13)
        for version, ciphers in wanted:
            what = f"{stack}, TLS {version} {ciphers}"
            log = f"{FOLDER}/{stack}-{version}-{ciphers}.log"
            proxy = Proxy(port)
            asked, answered, error = fetch(proxy, version, ciphers, log)
            proxy.close()
            check(f"{what}: the page came", answered.endswith(PAGE),
                  [answered[:100], error])
            read(check, f"{what}, key log", build, proxy, ["-l", log], asked,
                 answered)
            if version == "1.2" and not ciphers.startswith("ECDHE"):
                read(check, f"{what}, key", build, proxy, ["-k", KEY], asked,
                     answered)
        server.process.terminate()


def listening(port):
    try:
        listens(port, 0.1)
        return True
    except TimeoutError:
        return False


KAMAILIO = """
debug = 1
log_stderror = yes
fork = yes
children = 2
tcp_children = 2
auto_aliases = no
disable_tcp = no
listen = udp:127.0.0.1:{udp}
listen = tls:127.0.0.1:{tls_port}
enable_tls = yes
mpath = "{peers}/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "textopsx.so"
loadmodule "tls.so"
modparam("tls", "config", "{tls}")
request_route {{
    {route}
}}
"""
TLS_SERVER = """
[server:default]
method = TLSv1.2
verify_certificate = no
require_certificate = no
private_key = {key}
certificate = {certificate}
cipher_list = {ciphers}
[client:default]
method = TLSv1.2
verify_certificate = no
require_certificate = no
cipher_list = {ciphers}
"""
RELAY = '$du = "sip:127.0.0.1:{port};transport=tls"; t_relay();'
ANSWER = 'append_time(); append_to_reply("X-Far: yes\\r\\n"); ' \
    'sl_send_reply("200", "OK");'


def kamailio(name, route, ciphers, udp, tls_port):
    tls = f"{FOLDER}/{name}-tls.cfg"
    with open(tls, "w", encoding="utf-8") as file:
        file.write(TLS_SERVER.format(key=KEY, certificate=CERTIFICATE,
                                     ciphers=ciphers))
    path = f"{FOLDER}/{name}.cfg"
    with open(path, "w", encoding="utf-8") as file:
        file.write(KAMAILIO.format(peers=PEERS, tls=tls, route=route,
                                   tls_port=tls_port, udp=udp))
    os.makedirs(f"{FOLDER}/{name}", exist_ok=True)
    return Program([f"{PEERS}/usr/sbin/kamailio", "-DD", "-f", path, "-Y",
                    f"{FOLDER}/{name}", "-w", f"{FOLDER}/{name}", "-m", "32",
                    "-M", "8"])


def test_kamailio(build, check):
    """SIPp asks in clear, and the first Kamailio the second over TLS."""
    port, ciphers = free_port(), "AES128-GCM-SHA256"
    udp = [free_port(), free_port()]
    with kamailio("far", ANSWER, ciphers, udp[1], port) as far:
        until(20, lambda: far.process.poll() is not None or listening(port))
        proxy = Proxy(port)
        with kamailio("near", RELAY.format(port=proxy.port), ciphers,
                      udp[0], free_port()) as near:
            until(20, lambda: b"Listening" in near.said())
            began = time.time()
            done = subprocess.run(
                ["sipp", "-sf", f"{os.path.dirname(__file__)}/sipp/ask.xml",
                 "-m", "20", "-r", "20", "-nostdin", "-timeout", "20",
                 "-i", "127.0.0.1", f"127.0.0.1:{udp[0]}"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                cwd=FOLDER)
            check("kamailio: 20 requests were answered",
                  done.returncode == 0, [done.stdout[-600:], near.said()[-900:],
                                         far.said()[-900:]])
            near.process.terminate()
        proxy.close()
        far.process.terminate()
    path = save("kamailio", *proxy.wires, start=began)
    config = f"{FOLDER}/kamailio.conf"
    os.chmod(KEY, 0o600)
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'[timeouts]\nmethods = OPTIONS\n[tls "far"]\n'
                   f'key = {KEY}\n')
    done = subprocess.run([f"{build}/siptimed", "-c", config, "--json", "-r",
                           path], stdout=subprocess.PIPE, text=True,
                          timeout=60)
    answered = re.search(r'"OPTIONS":\{"answered":(\d+),', done.stdout)
    check("kamailio: every transaction was read", answered is not None and
          int(answered.group(1)) == 20 and  # on one connection or several
          re.search(r'"tls":{"decrypted":[1-9]\d*}', done.stdout),
          done.stdout[-1500:])
    check("kamailio: no alert", '"type":"alert"' not in done.stdout,
          done.stdout)


def test(build, check):
    os.makedirs(f"{FOLDER}/pages", exist_ok=True)
    with open(f"{FOLDER}/pages/page.txt", "wb") as file:
        file.write(PAGE)
    if not os.path.exists(f"{PEERS}/usr/sbin/lighttpd"):
        print("decrypt: no lighttpd and Kamailio here (install-deps --test), "
              "skipped", flush=True)
        return
    for stack in STACKS:
        test_stack(build, check, stack)
    test_kamailio(build, check)
