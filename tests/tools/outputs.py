# SPDX-License-Identifier: GPL-3.0-or-later
"""What every line siptimed prints must be like (DESIGN section 9)."""

import json
import re
import subprocess

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ENDPOINT = re.compile(r"\d+(\.\d+){3}:\d+|\[[0-9a-f:.]+\]:\d+")
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e"
                         "\u2060-\u206f\ufeff]")

ALERT = {
    "type": "alert", "time": TIME, "alert": str,
    "state": ("raised", "refreshed", "resolved", "joined"),
    "severity": ("critical", "error", "warning", "notice", "info"),
    "id": re.compile("[0-9a-f]{16}"), "episode": int, "subject": str,
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
# kind: fields that must be there, fields that may be.
EVIDENCE = {
    "transaction-timeout": ({
        "class": ("no_response", "no_final", "stalled_after_100", "no_ack",
                  "no_ack_2xx", "cancelled_no_final"),
        "proof": ("retransmitted", "acknowledged", "provisional",
                  "response_retransmitted", "upstream_status",
                  "unreachable"),
        "method": str, "call_id": str, "cseq": int, "uac": ENDPOINT,
        "uas": ENDPOINT, "transport": str, "sent": TIME, "copies": int,
        "elapsed_s": float, "mras": bool, "recovered": bool, "legs": int,
    }, {
        "start_line": str, "request_uri": str, "from": str, "to": str,
        "branch": str, "last_status": int,
    }),
    "slow-transaction": ({
        "class": ("pending", "late"), "method": str, "server": ENDPOINT,
        "threshold_s": float,
    }, {"slowest_s": float, "call_id": str}),
    "clock-skew": ({
        "offset_s": float, "uncertainty_s": float, "samples": int,
        "outliers": int, "witnesses": list,
        "attribution": ("host", "via"),
        "local_clock": ("trusted", "unsynchronised", "suspect", "unknown"),
    }, {
        "peer": str, "pool": str, "role": str,
        "shape": ("timezone", "dst", "days", "date_swapped", "year", "epoch",
                  "gps_week", "tai", "drift", "offset"),
        "shape_units": float, "step_s": float, "stepped_at": TIME,
    }),
    "connection-failure": ({
        "class": ("refused", "unanswered", "unreachable", "blackhole",
                  "reset", "tls_alert", "tls_closed", "tls_stalled"),
        "client": ENDPOINT, "server": ENDPOINT, "transport": ("tcp", "udp"),
        "attempts": int, "clients": int,
    }, {
        "ever_worked": bool,  # not known over UDP
        "tls_version": re.compile(r"TLSv1(\.[0-3])?|SSLv[23]"),
        "tls_alert": int, "tls_alert_name": str,
        "tls_alert_from": ("client", "server"),
    }),
    "silent-peer": ({
        "class": ("request", "mras_silence"), "client": str,
        "server": ENDPOINT, "sent": TIME, "elapsed_s": float,
    }, {"request_octets": int, "connections": int}),
    "certificate": ({
        "class": ("expired", "not_yet_valid", "expiring",
                  "invalid_by_peer_clock"),
        "holder": str, "role": ("server", "client"), "depth": int,
        "server": str, "not_before": TIME, "not_after": TIME,
        "sha256": re.compile("[0-9a-f]{64}"),
    }, {"subject": str, "issuer": str, "san": list, "client": ENDPOINT,
        "peer_offset_s": float}),
    "stale-date": ({"server": str}, {
        "status": int, "diagnostic_id": int, "reason": str, "source": str,
        "call_id": str, "client": str, "krb_error": int,
        "client_time": TIME, "server_time": TIME,
    }),
    "zone-change": ({
        "host": str, "from_min": int, "to_min": int, "witness": str,
    }, {}),
    "witness-conflict": ({"host": str}, {
        "witnesses": list, "offsets_s": list,
    }),
    "local-clock": ({
        "class": ("stepped", "unsynchronised", "odd_one_out"),
    }, {"offset_s": float, "peers_agreeing": int, "peers_total": int}),
    "visibility": ({
        "class": ("one_way", "loss", "truncated", "no_sip"),
    }, {"interface": str, "a": str, "b": str, "transactions_unknown": int}),
}


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
                                {"first": TIME, "last": TIME})
    elif kind == "alert":
        name = o.get("alert")
        gone = o.get("state") == "resolved"
        yield from check_fields(name, o, {**ALERT, **(RESOLVED if gone
                                                      else {})},
                                {"incident": str})
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
    """Text and JSON must tell the same alerts in the same order."""
    wanted = [f"{a['alert']} {a['state']}: " for a in alerts]
    kinds = tuple(f"{k} {s}: " for k in EVIDENCE for s in ALERT["state"])
    found = []
    for line in lines:
        for start in kinds:
            at = line.find(start)
            if at == 0 or (0 < at < 40 and "Z " in line[:at]):
                found.append(start)
                if len(line[at:].encode()) > 900:
                    problems.append(f"over 900 octets: {line}")
    if found != wanted:
        problems.append(f"text tells {found}, JSON {wanted}")
