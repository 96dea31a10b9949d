# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of `fleet`: partitions, and the judges that share them."""

import collections
import os
import signal
import sys
import time

import livenet as net

# Of these cases alone, and each server with a client of its own: a client that
# finds no answer anywhere would be the one that is told.
SERVERS = [f"10.0.0.{i}" for i in range(11, 19)]
CLIENTS = {s: f"10.0.0.{i}" for i, s in enumerate(SERVERS, 31)}
PARTITIONS = 16


def shares(f):
    """How many partitions each judge has; empty: not all are held."""
    status = f.ask(f.sensors["a"], "status")
    if not status or "" in status["partitions"]:
        return {}
    return dict(collections.Counter(status["partitions"]))


def holders(f):
    return f.ask(f.sensors["a"], "status")["partitions"]


def settle(f, **expected):
    assert f.wait(lambda: shares(f) == expected), shares(f)


def serve(f):
    if f.shares_peer is not None:
        return
    for address in SERVERS:
        net.sh(f"ip -n s address add {address}/24 dev eth0; "
               f"ip -n c address add {CLIENTS[address]}/24 dev eth0")
    f.shares_peer = net.spawn([sys.executable,
                               os.path.join(net.HERE, "fleetpeer.py"), "serve",
                               *SERVERS], "s")
    f.served(*SERVERS)
    for address in SERVERS:
        f.well(address, 5)


def muted(f, servers):
    """Calls to servers that keep silent, begun together."""
    return [f.mute(server, client=CLIENTS[server]) for server in servers]


def once(f, servers):
    assert f.wait(lambda: all(f.told(of=s) for s in servers)), \
        [s for s in servers if not f.told(of=s)]
    time.sleep(1)
    for server in SERVERS:
        assert len(f.told(of=server)) < 2, f.told(of=server)


def accused(f):
    """Whom of these cases' own; what others are told may come meanwhile."""
    return [a for one in [*SERVERS, *CLIENTS.values()] for a in f.told(of=one)]


def test_shares(f):
    """Two judges share the partitions, and both join halves."""
    settle(f, j0=8, j1=8)
    serve(f)
    f.well(SERVERS[0], 200, CLIENTS[SERVERS[0]])
    for judge in f.judges:
        assert f.wait(lambda: f.count(judge, "halves.joined") > 20), judge.log
        assert f.count(judge, "partition.missed") == 0, judge.log
    assert not accused(f), accused(f)


def test_share_killed(f):
    """The judge of half of the partitions is killed while requests wait for
    it: the other goes on with those, and what is its own is not disturbed."""
    settle(f, j0=8, j1=8)
    serve(f)
    leader = f.leads()
    name = f"j{f.judges.index(leader)}"
    other = f.judges[1 - f.judges.index(leader)]
    own = [i for i, holder in enumerate(holders(f)) if holder == name]
    led = leader.log.count("fleet: judging")
    alone = f.count(leader, "halves.alone")
    # What it had begun to join it would end in part before it dies.
    other.signal(signal.SIGSTOP)
    halves, told = f.begin("calls.halves"), f.begin()
    muted(f, SERVERS[:3])
    f.mute(SERVERS[0], 16, "10.0.0.6", "single")
    halves(16)
    told(3)
    other.kill()
    try:
        assert f.wait(lambda: shares(f) == {name: PARTITIONS}), shares(f)
        once(f, SERVERS[:3])
        # A request that is repeated is told in full, unless its copy is late;
        # halves are the others.
        assert f.wait(lambda: alone + 16 <= f.count(leader, "halves.alone")
                      <= alone + 19), f.count(leader, "halves.alone") - alone
        assert leader.log.count("fleet: judging") == led, leader.log
        assert all(holders(f)[i] == name for i in own), holders(f)
    finally:
        other.start()
    settle(f, j0=8, j1=8)


def test_judge_joins(f):
    """A judge that joins takes its part, and gives it back in order."""
    settle(f, j0=8, j1=8)
    serve(f)
    muted(f, SERVERS[4:5])
    third = f.daemon("j2", "judge")
    f.judges.append(third)
    try:
        settle(f, j0=6, j1=5, j2=5)
        muted(f, SERVERS[5:6])
        once(f, SERVERS[4:6])
    finally:
        third.stop()
    settle(f, j0=8, j1=8)


def test_judge_frozen(f):
    """A judge that stands still for longer than its leases, and then goes on
    unawares, tells nothing twice and takes nothing from its successor."""
    settle(f, j0=8, j1=8)
    serve(f)
    leader = f.leads()
    left = leader.log.count("another one judges")
    told = f.begin()
    muted(f, SERVERS[6:8])
    told(2)
    leader.signal(signal.SIGSTOP)
    try:
        assert f.wait(lambda: f.told(of=SERVERS[6])), "not told"
    finally:
        leader.signal(signal.SIGCONT)
    once(f, SERVERS[6:8])
    assert f.wait(lambda: leader.log.count("another one judges") > left), (
        leader.log)
    settle(f, j0=8, j1=8)
    time.sleep(2)
    for server in [s for s in SERVERS if f.told(of=s)]:
        assert len(f.told(of=server)) == 1, f.told(of=server)


TESTS = [test_shares, test_share_killed, test_judge_joins, test_judge_frozen]
