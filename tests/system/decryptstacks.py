# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that talk TLS over the loopback interface, each through a proxy that
keeps what went over the wire: OpenSSL's, GnuTLS's, Java and node, where they
are there."""

import os
import shutil
import subprocess

from decryptwire import (CLIENT, FOLDER, SERVER, Proxy, free_port, listens,
                         plain, save, until)

KEY = f"{FOLDER}/rsa.key"
CERTIFICATE = f"{FOLDER}/rsa.pem"
LINES = [b"SERVICE sip:edge.example.com:5062 SIP/2.0 %d\n" % number
         for number in range(6)]


class Program:
    """A process whose standard input is a pipe, ended with the block."""

    def __init__(self, command, **environment):
        self.out = open(f"{FOLDER}/out-{len(os.listdir(FOLDER))}", "wb+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=self.out,
            stderr=subprocess.STDOUT, env={**os.environ, **environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.out.close()

    def write(self, octets):
        self.process.stdin.write(octets)
        self.process.stdin.flush()

    def said(self):
        with open(self.out.name, "rb") as file:
            return file.read()


def openssl_server(port, *options, keylog="", key=KEY, cert=CERTIFICATE):
    return Program(["openssl", "s_server", "-accept", f"127.0.0.1:{port}",
                    "-key", key, "-cert", cert, *options] +
                   (["-keylogfile", keylog] if keylog else []))


def openssl_client(port, *options, keylog=""):
    return Program(["openssl", "s_client", "-connect", f"127.0.0.1:{port}",
                    *options] + (["-keylogfile", keylog] if keylog else []))


def found_all(check, what, build, proxy, options, sides):
    """Everything that `sides` say was decrypted, and nothing else."""
    path = save("stack", *proxy.wires)
    streams, refused, counters = plain(build, path, *options)
    for side, said in sides.items():
        got = b"".join(octets for _, octets in sorted(streams[side].items()))
        check(f"{what}: {'server' if side else 'client'}", got == said,
              [got[:200], len(got), len(said), refused, counters])


def test_openssl(build, check):
    """The command K makes a key update and R a renegotiation, in the midst of
    what is said."""
    for what, letter, options in (
            ("key update", b"k", ["-tls1_3"]),
            ("key update of both", b"K", ["-tls1_3"]),
            ("renegotiation", b"R", ["-tls1_2", "-cipher", "AES256-SHA"]),
            ("renegotiation, ECDHE", b"R",
             ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"])):
        log = f"{FOLDER}/openssl-{what}.log"
        port = free_port()
        with openssl_server(port, *options[:1], "-legacy_renegotiation",
                            "-client_renegotiation", "-cipher",
                            "ALL:@SECLEVEL=0") as server:
            listens(port)
            proxy = Proxy(port)
            with openssl_client(proxy.port, *options,
                                keylog=log) as client:
                for number, line in enumerate(LINES):
                    client.write(line)
                    until(10, lambda n=number, s=server: b"5062 SIP/2.0 %d\n"
                          % n in s.said())
                    if number in (1, 3):
                        before = sum(len(sent[1]) for wire in proxy.wires
                                     for sent in wire.sent)
                        client.write(letter + b"\n")
                        until(10, lambda b=before, p=proxy: sum(
                            len(sent[1]) for wire in p.wires
                            for sent in wire.sent) > b)
            proxy.close()
        said = {CLIENT: b"".join(LINES)}
        found_all(check, f"openssl, {what}", build, proxy, ["-l", log], said)
        if what == "renegotiation":
            found_all(check, f"openssl, {what}, key", build, proxy,
                      ["-k", KEY], said)


def test_early_data(build, check):
    """It is skipped, and what follows it is read."""
    log, session = f"{FOLDER}/early.log", f"{FOLDER}/early.session"
    early = f"{FOLDER}/early.data"
    with open(early, "wb") as file:
        file.write(b"early data\n" * 20)
    port = free_port()
    with openssl_server(port, "-tls1_3", "-early_data") as server:
        listens(port)
        with openssl_client(port, "-tls1_3", "-sess_out", session) as client:
            client.write(b"first\n")
            until(10, lambda: b"first" in server.said() and
                  os.path.exists(session))
        proxy = Proxy(port)
        with openssl_client(proxy.port, "-tls1_3", "-sess_in", session,
                            "-early_data", early, keylog=log) as client:
            client.write(LINES[0])
            until(10, lambda: LINES[0] in server.said())
        proxy.close()
        check("early data was taken", b"early data" in server.said())
    found_all(check, "openssl, early data", build, proxy, ["-l", log],
              {CLIENT: LINES[0]})


GNUTLS = [
    ("3DES", "NONE:+VERS-TLS1.0:+RSA:+3DES-CBC:+SHA1", True),
    ("TLS 1.0", "NONE:+VERS-TLS1.0:+RSA:+AES-128-CBC:+SHA1", True),
    ("TLS 1.1", "NONE:+VERS-TLS1.1:+RSA:+AES-256-CBC:+SHA1", True),
    ("RSA and GCM", "NONE:+VERS-TLS1.2:+RSA:+AES-256-GCM:+AEAD", True),
    ("RSA and CCM-8", "NONE:+VERS-TLS1.2:+RSA:+AES-128-CCM-8:+AEAD", True),
    ("without EtM", "NONE:+VERS-TLS1.2:+RSA:+AES-128-CBC:+SHA256:%NO_ETM",
     True),
    ("3DES, ECDHE", "NONE:+VERS-TLS1.2:+ECDHE-RSA:+3DES-CBC:+SHA1:"
     "+GROUP-ALL", False),
    ("ECDHE", "NONE:+VERS-TLS1.2:+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD:"
     "+GROUP-ALL", False),
    ("TLS 1.3", "NONE:+VERS-TLS1.3:+AES-128-CCM-8:+AES-128-GCM:+AEAD:"
     "+ECDHE-RSA:+GROUP-ALL", False),
]


def gnutls(name, rest):
    return rest + ":+COMP-ALL:+SIGN-ALL:+CTYPE-ALL" + (
        ":+SIGN-RSA-SHA1:%VERIFY_ALLOW_SIGN_WITH_SHA1"
        if "1.0" in name or "1.1" in name else "")


def test_gnutls(build, check):
    """Its server echoes what its client says; a session is resumed once, of
    which its key log says nothing up to TLS 1.2."""
    if not shutil.which("gnutls-serv"):
        print("decrypt: no gnutls-serv here, skipped", flush=True)
        return
    for name, priority, rsa in GNUTLS:
        priority = gnutls(name, priority)
        log = f"{FOLDER}/gnutls-{name}.log".replace(" ", "-")
        port = free_port()
        with Program(["gnutls-serv", "--echo", "--port", str(port),
                      "--priority", priority, "--x509keyfile", KEY,
                      "--x509certfile", CERTIFICATE], SSLKEYLOGFILE=log):
            listens(port)
            proxy = Proxy(port)
            with Program(["gnutls-cli", "--insecure", "--resume", "--port",
                          str(proxy.port), "--priority", priority,
                          "--waitresumption", "127.0.0.1"]) as client:
                until(20, lambda c=client: c.said().count(
                    b"- Simple Client Mode") > 0 or c.process.poll())
                for line in LINES:
                    client.write(line)
                    until(20, lambda c=client, n=line: c.said().count(n))
            proxy.close()
        said = {CLIENT: b"".join(LINES), SERVER: b"".join(LINES)}
        found_all(check, f"gnutls, {name}, key log", build, proxy,
                  ["-l", log], said)
        if rsa:
            found_all(check, f"gnutls, {name}, key", build, proxy,
                      ["-k", KEY], said)


NODE = """
const tls = require("tls"), fs = require("fs");
const [key, cert, log, port, version] = process.argv.slice(2);
const server = tls.createServer({key: fs.readFileSync(key),
    cert: fs.readFileSync(cert), minVersion: version, maxVersion: version},
    (socket) => { socket.pipe(socket); socket.on("error", () => {}); });
server.on("keylog", (line) => fs.appendFileSync(log, line));
server.listen(+port, "127.0.0.1");
process.stdin.on("end", () => process.exit(0)).resume();
"""


def test_node(build, check):
    if not shutil.which("node"):
        print("decrypt: no node here, skipped", flush=True)
        return
    program = f"{FOLDER}/echo.js"
    with open(program, "w", encoding="utf-8") as file:
        file.write(NODE)
    for version, option in (("TLSv1.2", "-tls1_2"), ("TLSv1.3", "-tls1_3")):
        log = f"{FOLDER}/node-{version}.log"
        port = free_port()
        with Program(["node", program, KEY, CERTIFICATE, log, str(port),
                      version]):
            listens(port)
            proxy = Proxy(port)
            echoed(proxy, option)
        said = {CLIENT: b"".join(LINES), SERVER: b"".join(LINES)}
        found_all(check, f"node, {version}", build, proxy, ["-l", log], said)


def echoed(proxy, *options, keylog=""):
    """Say all lines through the proxy to a server that echoes."""
    with openssl_client(proxy.port, "-quiet", *options,
                        keylog=keylog) as client:
        for line in LINES:
            client.write(line)
            until(20, lambda c=client, n=line: n in c.said())
    proxy.close()


JAVA = """
import javax.net.ssl.*;
import java.security.KeyStore;
import java.io.*;

public class Echo {
    static void echo(java.net.Socket socket) {
        try {
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.close();
        } catch (IOException e) {
        }
    }

    static void serve(SSLServerSocket server) {
        while (true) {
            try {
                final java.net.Socket socket = server.accept();
                new Thread(() -> echo(socket)).start();
            } catch (IOException e) {
            }
        }
    }

    public static void main(String[] args) throws Exception {
        java.security.Security.setProperty("jdk.tls.disabledAlgorithms", "");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new FileInputStream(args[0]), "open".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, "open".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        for (int i = 1; i + 2 < args.length; i += 3) {
            SSLServerSocket server = (SSLServerSocket) context
                .getServerSocketFactory().createServerSocket(
                    Integer.parseInt(args[i]));
            server.setEnabledProtocols(new String[] { args[i + 1] });
            server.setEnabledCipherSuites(new String[] { args[i + 2] });
            new Thread(() -> serve(server)).start();
        }
    }
}
"""
SUITES = [("TLSv1", "TLS_RSA_WITH_AES_128_CBC_SHA", "-tls1"),
          ("TLSv1.2", "TLS_RSA_WITH_AES_256_CBC_SHA256", "-tls1_2"),
          ("TLSv1.2", "TLS_RSA_WITH_AES_256_GCM_SHA384", "-tls1_2"),
          ("TLSv1.3", "TLS_AES_128_GCM_SHA256", "-tls1_3")]


def test_java(build, check):
    """It writes no key log: the client does, or the private key decrypts."""
    if not shutil.which("java"):
        print("decrypt: no java here, skipped", flush=True)
        return
    program, store = f"{FOLDER}/Echo.java", f"{FOLDER}/java.p12"
    with open(program, "w", encoding="utf-8") as file:
        file.write(JAVA)
    subprocess.run(["openssl", "pkcs12", "-export", "-inkey", KEY, "-in",
                    CERTIFICATE, "-out", store, "-passout", "pass:open"],
                   check=True)
    ports = [free_port() for _ in SUITES]
    wanted = [word for port, suite in zip(ports, SUITES)
              for word in (str(port), *suite[:2])]
    with Program(["java", "-XX:TieredStopAtLevel=1", program, store,
                  *wanted]) as java:
        for port, (version, suite, option) in zip(ports, SUITES):
            listens(port, 60)
            log = f"{FOLDER}/java-{suite}.log"
            proxy = Proxy(port)
            echoed(proxy, option, "-cipher", "ALL:@SECLEVEL=0", keylog=log)
            said = {CLIENT: b"".join(LINES), SERVER: b"".join(LINES)}
            found_all(check, f"java, {suite}, key log", build, proxy,
                      ["-l", log], said)
            if version != "TLSv1.3":
                found_all(check, f"java, {suite}, key", build, proxy,
                          ["-p", "open", "-k", store], said)
        java.process.terminate()


def test(build, check):
    test_openssl(build, check)
    test_early_data(build, check)
    test_gnutls(build, check)
    test_node(build, check)
    test_java(build, check)
