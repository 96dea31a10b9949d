# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenSSL talking to itself in one process, so that nothing need be waited
for: what goes in is known, and what went over the wire."""

import ssl
import warnings

from decryptwire import CLIENT, FOLDER, SERVER, Wire, sh

warnings.simplefilter("ignore", DeprecationWarning)
NO_EXTENDED_MASTER_SECRET = 1 << 0
NO_ENCRYPT_THEN_MAC = 1 << 19
VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def context(side, version, ciphers, options=0):
    made = ssl.SSLContext(side)
    made.minimum_version = made.maximum_version = VERSIONS[version]
    made.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    made.options |= options
    return made


def client_context(*args):
    made = context(ssl.PROTOCOL_TLS_CLIENT, *args)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def server_context(keylog, certificate, *args):
    made = context(ssl.PROTOCOL_TLS_SERVER, *args)
    made.load_cert_chain(f"{FOLDER}/{certificate}.pem",
                         f"{FOLDER}/{certificate}.key")
    made.keylog_filename = keylog
    made.load_dh_params(dh_parameters())
    return made


def dh_parameters():
    path = f"{FOLDER}/dh.pem"
    if not dh_parameters.made:
        sh("openssl genpkey -genparam -algorithm DH "
           f"-pkeyopt group:ffdhe2048 -out {path}")
        dh_parameters.made = True
    return path


dh_parameters.made = False


class Pair:
    """One connection of two contexts."""

    def __init__(self, client, server, port=None, session=None, wire=None):
        self.wire = wire or Wire(port)
        self.bios = [ssl.MemoryBIO() for _ in range(4)]
        self.ends = [client.wrap_bio(*self.bios[:2], session=session),
                     server.wrap_bio(*self.bios[2:], server_side=True)]
        self.said = [b"", b""]
        done = [False, False]
        while not all(done):
            for side in (CLIENT, SERVER):
                if not done[side]:
                    done[side] = self.shake(side)
        self.pump()

    def shake(self, side):
        try:
            self.ends[side].do_handshake()
        except ssl.SSLWantReadError:
            return False
        finally:
            self.pump()
        return True

    def pump(self):
        for side, out, into in ((CLIENT, 1, 2), (SERVER, 3, 0)):
            octets = self.bios[out].read()
            if octets:
                self.wire.add(side, octets)
                self.bios[into].write(octets)

    def say(self, side, octets):
        """One side writes, and the other reads it."""
        self.ends[side].write(octets)
        self.said[side] += octets
        self.pump()
        left = len(octets)
        while left > 0:
            left -= len(self.ends[not side].read(65536))
        self.pump()

    @property
    def port(self):
        return self.wire.ends[CLIENT][1]
