# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with secrets as the configuration names them: keys of every kind,
files that are something else, secrets inside pcapng; and what is said where
decryption fails."""

import json
import os
import subprocess

from decryptmatrix import KEY, contexts, talk
from decryptpair import Pair
from decryptwire import CLIENT, FOLDER, plain, save, sh


def write(name, octets, mode=0o600):
    path = f"{FOLDER}/{name}"
    with open(path, "wb") as file:
        file.write(octets)
    os.chmod(path, mode)
    return path


def siptimed(build, section, *options):
    config = write("tls.conf", f'[tls "edge"]\n{section}\n'.encode())
    return subprocess.run([os.path.join(build, "siptimed"), "-c", config,
                           *options], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)


def test_key_files(build, check):
    certificate = f"{FOLDER}/rsa.pem"
    sh(f"openssl rsa -aes128 -passout pass:open -in {KEY} "
       f"-out {FOLDER}/locked.key")
    for name, options in (("modern", ""), ("windows",
                          "-legacy -keypbe PBE-SHA1-3DES "
                          "-certpbe PBE-SHA1-RC2-40")):
        sh(f"openssl pkcs12 -export {options} -inkey {KEY} -in {certificate} "
           f"-passout pass:open -out {FOLDER}/{name}.pfx")
    word = write("word", b"open\r\n")
    wrong = write("wrong", b"shut\n")
    mine = f"passphrase = {word}"
    good = [(f"key = {KEY}", "no certificate of it in the file"),
            (f"key = {FOLDER}/rsa.all", "CN=rsa.example.com"),
            (f"key = {FOLDER}/locked.key\n{mine}", "RSA, 2048 bits"),
            (f"key = {FOLDER}/modern.pfx\n{mine}", "CN=rsa.example.com"),
            (f"key = {FOLDER}/windows.pfx\n{mine}", "RSA, 2048 bits")]
    bad = [(f"key = {FOLDER}/locked.key", "takes a passphrase"),
           (f"key = {FOLDER}/modern.pfx\npassphrase = {wrong}",
            "does not open it"),
           (f"key = {certificate}", "a certificate without its key"),
           (f"key = {FOLDER}/ec.key", "no RSA key"),
           (f"key = {write('empty', b'')}", "empty"),
           (f"key = {write('text', b'Dear operator')}", "neither PEM nor"),
           (f"key = {FOLDER}/nowhere", "No such file"),
           ("key = credential:edge", "LoadCredential="),
           ("", "neither key nor keylog")]
    open_to_all = write("open.key", open(KEY, "rb").read(), 0o644)
    bad.append((f"key = {open_to_all}", "chmod o-rwx"))
    for name in os.listdir(FOLDER):
        if name.endswith((".key", ".all", ".pfx", ".pem")) and \
                name != "open.key":
            os.chmod(f"{FOLDER}/{name}", 0o600)
    for section, said in good:
        done = siptimed(build, section, "--check-config")
        check(f"{section}: accepted", done.returncode == 0 and not done.stderr
              and said in done.stdout, [done.stdout, done.stderr])
    for section, said in bad:
        done = siptimed(build, section, "--check-config")
        check(f"{section}: refused", done.returncode == 2 and
              said in done.stderr and len(done.stderr.splitlines()) == 1,
              [done.stdout, done.stderr])
    check("no secret is printed", not any(
        word in siptimed(build, good[0][0], "--print-config").stdout
        for word in ("PRIVATE", "open\n")))


def test_inside_pcapng(build, check):
    client, server, log = contexts("dsb", "1.3", "ALL")
    pair = talk(Pair(client, server))
    path = save("dsb", pair.wire)
    inside = f"{FOLDER}/dsb.pcapng"
    sh(f"editcap --inject-secrets tls,{log} {path} {inside}")
    done = subprocess.run([os.path.join(build, "siptimed"), "--json", "-r",
                           inside], stdout=subprocess.PIPE, text=True,
                          timeout=60)
    summary = json.loads(done.stdout.splitlines()[-1])
    check("secrets inside a pcapng", summary.get("tls") == {"decrypted": 1},
          done.stdout)


def test_told(build, check):
    """What was decrypted and why the rest was not; a foreign key once."""
    os.chmod(f"{FOLDER}/other.key", 0o600)
    client, server, _ = contexts("told", "1.2", "AES128-GCM-SHA256")
    pairs = [talk(Pair(client, server, 50001 + number))
             for number in range(3)]
    path = save("told", *(pair.wire for pair in pairs))
    done = siptimed(build, f"key = {FOLDER}/other.key", "--json", "-r", path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    told = [line for line in lines if line.get("alert") == "visibility"]
    check("a foreign key is told once", len(told) == 1 and
          told[0]["subject"] == "10.0.0.21:5062" and
          told[0]["evidence"]["reason"] == "foreign_key" and
          "no configured key belongs to its certificate" in
          told[0]["summary"], told)
    check("summary, foreign key", lines[-1].get("tls") == {
        "decrypted": 0, "foreign_key": 3}, lines[-1])
    done = siptimed(build, f"key = {KEY}", "-r", path)
    check("summary as text", "3 TLS connections decrypted, 0 not" in
          done.stdout, done.stdout)
    client, server, _ = contexts("told", "1.3", "ALL")
    path = save("told", *(talk(Pair(client, server, 50001 + number)).wire
                          for number in range(3)))
    done = siptimed(build, f"key = {KEY}", "-r", path)
    check("ECDHE", "a private key cannot help; a key log can" in done.stdout,
          done.stdout)


def test_bodies_stay_inside(build, check):
    """What is decrypted reaches no output but the fields of alerts."""
    client, server, log = contexts("inside", "1.3", "ALL")
    pair = Pair(client, server)
    pair.say(CLIENT, b"OPTIONS sip:a@b SIP/2.0\r\nSubject: hush-hush\r\n"
             b"Content-Length: 9\r\n\r\nhush-hush")
    path = save("inside", pair.wire)
    os.chmod(log, 0o600)
    done = siptimed(build, f"keylog = {log}", "--json", "-v", "-r", path)
    check("nothing leaks", "hush" not in done.stdout + done.stderr and
          '"decrypted": 1' in done.stdout.replace('":1', '": 1'),
          [done.stdout, done.stderr])
    check("it was read", b"hush-hush" in
          plain(build, path, "-l", log)[0][CLIENT][pair.port])


def test(build, check):
    test_key_files(build, check)
    test_inside_pcapng(build, check)
    test_told(build, check)
    test_bodies_stay_inside(build, check)
