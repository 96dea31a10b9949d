# SPDX-License-Identifier: GPL-3.0-or-later
"""What every line siptimed prints must be like (DESIGN section 9)."""

import json
import re
import subprocess
from pathlib import Path

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ENDPOINT = re.compile(r"\d+(\.\d+){3}:\d+|\[[0-9a-f:.]+\]:\d+")
ID = re.compile("[0-9a-f]{16}")
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e"
                         "\u2060-\u206f\ufeff]")

ALERT = {
    "type": "alert", "time": TIME, "alert": str,
    "state": ("raised", "refreshed", "resolved", "joined"),
    "severity": ("critical", "error", "warning", "notice", "info"),
    "id": ID, "episode": int, "subject": str,
    "summary": str, "advice": str, "count": int, "first_seen": TIME,
    "last_seen": TIME, "evidence": dict,
}
RESOLVED = {
    "reason": ("healthy", "quiet", "superseded", "withdrawn"),
    "duration_s": float,
}
SUMMARY = {
    "type": "summary", "time": TIME, "packets": int, "messages": int,
    "drops": dict, "transactions": dict, "not_watched": dict,
    "findings": dict, "alerts": dict, "clocks": list,
}
# What some fields look like, whatever the kind.
FORMS = {
    "uac": ENDPOINT, "uas": ENDPOINT, "proxied_client": ENDPOINT,
    "sha256": re.compile("[0-9a-f]{64}"),
    "tls_version": re.compile(r"TLSv1(\.[0-3])?|SSLv[23]"),
}
TYPES = {"str": str, "int": int, "float": float, "time": TIME, "bool": bool,
         "list": list}
# kind: fields that must be there, fields that may be; load() fills it.
EVIDENCE = {}


def load(build):
    """Read the fields of each kind from the tables of that build."""
    listed = subprocess.run([Path(build) / "tests/tools/fieldlist"],
                            capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        kind, name, type_, when, values = line.split("\t")
        must, may = EVIDENCE.setdefault(kind, ({}, {}))
        form = tuple(values.split()) or FORMS.get(name, TYPES[type_])
        (must if when == "always" else may)[name] = form


# Parts of an incident stand indented under it.
PART = re.compile(r"    ([a-z-]+): ")


def fits(value, wanted):
    if isinstance(wanted, re.Pattern):
        return isinstance(value, str) and wanted.fullmatch(value) is not None
    if isinstance(wanted, (tuple, str)):
        return value in (wanted if isinstance(wanted, tuple) else (wanted,))
    if wanted is float:
        return type(value) in (int, float)
    return type(value) is wanted


def check_fields(where, found, must, may=None):
    for name, wanted in must.items():
        if name not in found:
            yield f"{where}: no field {name}"
    for name, value in found.items():
        wanted = must.get(name, (may or {}).get(name))
        if wanted is None:
            if may is not None:
                yield f"{where}: unknown field {name}"
        elif not fits(value, wanted):
            yield f"{where}: {name} is {value!r}"


def check_object(o):
    kind = o.get("type")
    if kind == "summary":
        yield from check_fields("summary", o, SUMMARY,
                                {"first": TIME, "last": TIME,
                                 "not_watched_timed_out": dict,
                                 "unlisted": dict,
                                 "diagnostics": dict, "tls": dict})
    elif kind == "alert":
        name = o.get("alert")
        gone = o.get("state") == "resolved"
        yield from check_fields(name, o, {**ALERT, **(RESOLVED if gone
                                                      else {})},
                                {"incident": str, "successor": ID,
                                 "folded": bool})
        if name not in EVIDENCE:
            yield f"{name}: no such kind"
        elif isinstance(o.get("evidence"), dict):
            yield from check_fields(f"{name} evidence", o["evidence"],
                                    *EVIDENCE[name])
    elif kind != "log":
        yield f"a line of type {kind!r}"


def decode(octets, problems, what):
    try:
        lines = octets.decode("utf-8").split("\n")
    except UnicodeDecodeError as e:
        problems.append(f"{what}: not UTF-8: {e}")
        return []
    if lines[-1] != "":
        problems.append(f"{what}: does not end with a line end")
    else:
        lines.pop()
    for line in lines:
        if UNPRINTABLE.search(line):
            problems.append(f"{what}: control characters: {line!r}")
    return lines


def run(command, problems):
    """Exit status, stdout's lines; what is wrong goes to problems."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=300)
    except subprocess.TimeoutExpired:
        problems.append("still running after 300 s")
        return None, []
    except OSError as e:
        problems.append(str(e))
        return None, []
    errors = decode(done.stderr, problems, "stderr") if done.stderr else []
    if done.returncode not in (0, 1, 2):
        problems.append(f"exit {done.returncode}")
    if done.returncode != 2 and errors:
        problems.append("stderr: " + " / ".join(errors[:20]))
    if done.returncode == 2 and not errors:
        problems.append("exit 2 without a word on stderr")
    return done.returncode, decode(done.stdout, problems, "stdout")


def run_json(command, problems):
    """Exit status, alerts, summary (an empty one if there is none)."""
    status, lines = run(command + ["--json"], problems)
    alerts, summaries = [], []
    for line in lines:
        try:
            o = json.loads(line)
        except ValueError as e:
            problems.append(f"not JSON: {e}: {line}")
            continue
        if not isinstance(o, dict):
            problems.append(f"no object: {line}")
            continue
        problems.extend(check_object(o))
        (summaries if o.get("type") == "summary" else alerts).append(o)
    alerts = [a for a in alerts if a.get("type") == "alert"]
    if len(summaries) > 1 or (status in (0, 1) and not summaries):
        problems.append(f"{len(summaries)} summaries")
    raised = any(a["state"] == "raised" for a in alerts if "state" in a)
    if status in (0, 1) and (status == 1) != raised:
        problems.append(f"exit {status}, but alerts raised: {raised}")
    return status, alerts, summaries[-1] if summaries else {}


def check_text(lines, alerts, problems):
    """Text and JSON must tell the same alerts in the same order.  Those that
    have joined another one are for programs alone; those that an incident took
    in stand under it, and their end is the incident's to tell."""
    parts = {(a["id"], a["episode"]) for a in alerts
             if a["state"] == "joined" and "incident" in a}
    wanted = [f"{a['alert']} {a['state']}: " for a in alerts
              if (a["state"] == "joined") ==
              ((a["id"], a["episode"]) in parts)]
    kinds = tuple(f"{k} {s}: " for k in EVIDENCE for s in ALERT["state"])
    found = []
    for line in lines:
        part = PART.match(line)
        if part:
            found.append(f"{part[1]} joined: ")
            continue
        for start in kinds:
            at = line.find(start)
            if at == 0 or (0 < at < 40 and "Z " in line[:at]):
                found.append(start)
                if len(line[at:].encode()) > 900:
                    problems.append(f"over 900 octets: {line}")
    if found != wanted:
        problems.append(f"text tells {found}, JSON {wanted}")
