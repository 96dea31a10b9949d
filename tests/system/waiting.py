# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for facts, not for times."""

import time

# What a busy machine may take longer than an idle one.  It costs nothing where
# the fact comes.
PATIENCE = 60


def within(seconds, fact, each=0.02):
    """What it is, as soon as it is anything; or what it is not in this time."""
    deadline = time.monotonic() + seconds
    while not (found := fact()) and time.monotonic() < deadline:
        time.sleep(each)
    return found


def until(seconds, fact, each=0.02):
    """The same of a fact that has to come, within seconds on an idle
    machine."""
    return within(seconds + PATIENCE, fact, each)
