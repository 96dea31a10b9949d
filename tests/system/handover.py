# SPDX-License-Identifier: GPL-3.0-or-later
"""handover.py NAME=TYPE:ADDRESS:PORT .. PROGRAM ..: run a program with sockets
as systemd hands them over; TYPE is stream or datagram."""

import fcntl
import os
import socket
import sys

ABOVE = 100  # descriptors that none of ours will have
names, opened, command = [], [], sys.argv[1:]
while command and "=" in command[0] and not command[0].startswith("/"):
    name, _, where = command.pop(0).partition("=")
    kind, address, port = where.split(":")
    if kind == "stream":
        made = socket.create_server((address, int(port)))
    else:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((address, int(port)))
    names.append(name)
    opened.append(fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, ABOVE))
for i, descriptor in enumerate(opened):
    os.dup2(descriptor, 3 + i)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(names)),
                  LISTEN_FDNAMES=":".join(names))
os.execv(command[0], command)
