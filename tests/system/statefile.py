# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a daemon's state file."""

import struct


def holds(path, octets):
    try:
        with open(path, "rb") as file:
            return octets in file.read()
    except FileNotFoundError:
        return False


def confirms(path, sink, events):
    """Is it saved that this sink has so many?"""
    return holds(path, sink.encode() + struct.pack("<Q", events))
