# SPDX-License-Identifier: GPL-3.0-or-later
"""What `fleet` needs of secrets: packaging/monitoring/nats/nats.conf with
certificates of its own on three addresses of loopback, and the keys of NATS."""

import base64
import json
import os
import re
import socket
import ssl
import struct

import livenet as net

CONF = os.path.join(net.HERE, "../../packaging/monitoring/nats/nats.conf")
FOLDER = "/run/nats"
HOSTS = [f"nats{i}.example.com" for i in (1, 2, 3)]
SERVERS = ",".join(f"tls://{host}:4222" for host in HOSTS)


def make_ca(name):
    net.sh(f"cd {FOLDER} && openssl req -x509 -newkey ec -nodes "
           "-pkeyopt ec_paramgen_curve:P-256 "
           f"-keyout {name}.key -out {name}.pem -days 2 -subj /CN={name}")


def make_certificate(name, host, ca="ca"):
    net.sh(f"cd {FOLDER} && openssl req -newkey ec -nodes "
           "-pkeyopt ec_paramgen_curve:P-256 "
           f"-keyout {name}.key -out {name}.csr -subj /CN={host} && "
           f"printf 'subjectAltName=DNS:{host}\n' > {name}.ext && "
           f"openssl x509 -req -in {name}.csr -CA {ca}.pem -CAkey {ca}.key "
           f"-CAcreateserial -days 2 -extfile {name}.ext -out {name}.pem")


def furnish():
    """Certificates, and names for three addresses of loopback."""
    os.makedirs(FOLDER, exist_ok=True)
    with open(f"{FOLDER}/hosts", "w", encoding="ascii") as file:
        file.write("127.0.0.1 localhost\n")
        for i, host in enumerate(HOSTS):
            file.write(f"127.0.1.{i + 1} {host}\n")
    net.sh(f"mount --bind {FOLDER}/hosts /etc/hosts")
    for ca in "ca", "other":
        make_ca(ca)
    for i, host in enumerate(HOSTS):
        make_certificate(f"nats{i + 1}", host)
    for name in "edge-1", "judge-1", "nobody":
        make_certificate(name, f"{name}.example.com")
    make_certificate("forged", "edge-1.example.com", "other")
    net.sh(f"chmod a+r {FOLDER}/*.key")  # daemons give up root's rights


def serve(i):
    """The file as it is packaged, on another address and in another folder."""
    with open(CONF, encoding="utf-8") as file:
        text = file.read()
    text = text.replace("server_name: nats1", f"server_name: nats{i}")
    text = text.replace("/etc/nats/nats1.", f"{FOLDER}/nats{i}.")
    text = text.replace("/etc/nats", FOLDER)
    text = text.replace("/var/lib/nats", f"{FOLDER}/js{i}")
    text = re.sub(r"(0\.0\.0\.0|127\.0\.0\.1):", f"127.0.1.{i}:", text)
    with open(f"{FOLDER}/nats{i}.conf", "w", encoding="utf-8") as file:
        file.write(text)
    return net.spawn(["nats-server", "-c", f"{FOLDER}/nats{i}.conf",
                      "-l", f"{FOLDER}/nats{i}.log"])


def options(name):
    return (f"ca = {FOLDER}/ca.pem\ncert = {FOLDER}/{name}.pem\n"
            f"key = {FOLDER}/{name}.key\n")


def say(name, *lines):
    """What a server answers to one with this certificate; None: without."""
    context = ssl.create_default_context(cafile=f"{FOLDER}/ca.pem")
    if name is not None:
        context.load_cert_chain(f"{FOLDER}/{name}.pem", f"{FOLDER}/{name}.key")
    try:
        with socket.create_connection((HOSTS[0], 4222), 60) as s:
            s.recv(4096)
            with context.wrap_socket(s, server_hostname=HOSTS[0]) as t:
                t.sendall(b'CONNECT {"verbose":false}\r\n')
                for line in lines:
                    t.sendall(line.encode() + b"\r\n")
                t.sendall(b"PING\r\n")
                text = b""
                while b"PONG" not in text and (part := t.recv(4096)):
                    text += part
                return text.decode()
    except (ssl.SSLError, ConnectionError) as error:
        return f"refused: {error}"


# ---- credentials: operator, account and user as JWT (nats-io/jwt) ----

PREFIX = {"operator": 14 << 3, "account": 0, "user": 20 << 3,
          "seed": 18 << 3}


def crc16(octets):
    crc = 0
    for octet in octets:
        crc ^= octet << 8
        for _ in range(8):
            crc = crc << 1 ^ (0x1021 if crc & 0x8000 else 0)
    return crc & 0xffff


def spell(octets):
    whole = octets + struct.pack("<H", crc16(octets))
    return base64.b32encode(whole).decode().rstrip("=")


class Key:
    """One of NATS: Ed25519, made and used by openssl."""

    def __init__(self, folder, kind, name=None):
        self.kind, self.file = kind, f"{folder}/{name or kind}.ed"
        net.sh(f"openssl genpkey -algorithm ed25519 -out {self.file}")
        net.sh(f"openssl pkey -in {self.file} -outform DER -out {self.file}.s")
        net.sh(f"openssl pkey -in {self.file} -pubout -outform DER "
               f"-out {self.file}.p")
        with open(self.file + ".p", "rb") as file:
            self.name = spell(bytes([PREFIX[kind]]) + file.read()[-32:])

    def seed(self):
        kind = PREFIX[self.kind]
        head = bytes([PREFIX["seed"] | kind >> 5, (kind & 31) << 3])
        with open(self.file + ".s", "rb") as file:
            return spell(head + file.read()[-32:])

    def sign(self, subject, name, claims):
        def packed(octets):
            return base64.urlsafe_b64encode(octets).decode().rstrip("=")
        body = ".".join(packed(json.dumps(part).encode()) for part in (
            {"typ": "JWT", "alg": "ed25519-nkey"},
            {"jti": name, "iat": 1700000000, "iss": self.name, "name": name,
             "sub": subject.name,
             "nats": {**claims, "type": subject.kind, "version": 2}}))
        with open(f"{self.file}.body", "w", encoding="ascii") as file:
            file.write(body)
        net.sh(f"openssl pkeyutl -sign -rawin -inkey {self.file} "
               f"-in {self.file}.body -out {self.file}.signature")
        with open(f"{self.file}.signature", "rb") as file:
            return f"{body}.{packed(file.read())}"


def write_credentials(path, user, jwt):
    with open(path, "w", encoding="ascii") as file:
        file.write(f"-----BEGIN NATS USER JWT-----\n{jwt}\n"
                   "------END NATS USER JWT------\n\n"
                   f"-----BEGIN USER NKEY SEED-----\n{user.seed()}\n"
                   "------END USER NKEY SEED------\n")


def write_keys(folder, listen):
    """What a server is run with that knows an operator, keys.conf; good.creds
    and bad.creds for it."""
    operator, account, user = (
        Key(folder, kind) for kind in ("operator", "account", "user"))
    system = Key(folder, "account", "system")
    every = {"subs": -1, "data": -1, "payload": -1}
    limits = {**every, "conn": -1, "leaf": -1, "imports": -1, "exports": -1,
              "wildcards": True, "mem_storage": -1, "disk_storage": -1,
              "streams": -1, "consumer": -1}
    permitted = account.sign(user, "member", {**every, "pub": {}, "sub": {}})
    write_credentials(f"{folder}/good.creds", user, permitted)
    write_credentials(f"{folder}/bad.creds", user,
                      operator.sign(user, "member", every))
    with open(f"{folder}/keys.conf", "w", encoding="ascii") as file:
        file.write(
            f"listen: {listen}\njetstream {{ store_dir: {folder}/keys }}\n"
            f"operator: {operator.sign(operator, 'operator', {})}\n"
            f"system_account: {system.name}\n"
            "resolver: MEMORY\nresolver_preload: {\n" +
            "".join(f"{one.name}: {operator.sign(one, name, claims)}\n"
                    for one, name, claims in (
                        (account, "fleet", {"limits": limits}),
                        (system, "SYS", {"limits": every}))) + "}\n")


def serve_with_keys(port):
    write_keys(FOLDER, f"127.0.0.1:{port}")
    return net.spawn(["nats-server", "-c", f"{FOLDER}/keys.conf",
                      "-l", f"{FOLDER}/keys.log"])
