#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What alerts mean: --explain, the journal's catalog and the pages agree.

The catalog is read by systemd itself, the page by mandoc.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUILD = Path(sys.argv[1])
TOP = Path(__file__).resolve().parent.parent.parent
ID = re.compile(r'"([0-9a-f]{32})"')
passed = failed = 0


def check(what, true, seen=""):
    global passed, failed
    if true:
        passed += 1
        return
    failed += 1
    print(f"catalog_test: {what}: FAILED: {seen}")


def run(*command):
    done = subprocess.run([str(c) for c in command], text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def words(text):
    return re.sub(r"\W+", " ", text).strip()


def message_ids():
    """Of each kind that for raised and refreshed, and that for resolved."""
    source = (TOP / "lib/findings/finding.c").read_text()
    ids = {}
    for entry in re.split(r"\[FINDING_(?=[A-Z_]+\] = )", source)[1:]:
        kind = entry[:entry.index("]")].lower().replace("_", "-")
        if ID.search(entry):
            ids[kind] = ID.findall(entry)[:2]
    return ids


def kinds():
    """Each kind that --explain knows: (its summary, all the rest)."""
    program = BUILD / "siptimed"
    names = re.findall(r"(?m)^([a-z-]+): ", run(program, "--explain", "all"))
    for name in names:
        title, _, rest = run(program, "--explain", name).partition("\n")
        yield name, title.partition(": ")[2], rest


def dump(root, identifier):
    return run("journalctl", f"--root={root}", "--dump-catalog", identifier)


def of_story(name, root):
    """The objects that a story is judged to."""
    savefile = root / f"{name}.pcap"
    run(BUILD / "tests/tools/pcapscript", TOP / f"tests/scenario/{name}.txt",
        savefile)
    lines = run(BUILD / "siptimed", "--json", "-r", savefile)
    return [json.loads(line) for line in lines.splitlines()
            if line.startswith("{")]


def fields(root):
    """siptimed-fields(5) describes all that is written."""
    page = BUILD / "packaging/siptimed-fields.5"
    seen = run("mandoc", "-Tlint", "-W", "warning", page)
    check("mandoc accepts the page of fields", seen == "", seen)
    described = set(re.findall(r"(?m)^\.It Cm (\S+)", page.read_text()))
    for story in "origin", "tls-alert-name", "one-way":
        objects = of_story(story, root)
        check(f"{story}: judged", objects)
        for o in objects:
            names = set(o) | set(o.get("evidence", {}))
            check(f"{story}: its fields are described", names <= described,
                  names - described)


def main():
    root = Path(tempfile.mkdtemp(prefix="siptimed-catalog-"))
    folder = root / "usr/lib/systemd/catalog"
    folder.mkdir(parents=True)
    (root / "var/lib/systemd/catalog").mkdir(parents=True)
    shutil.copy(BUILD / "packaging/siptimed.catalog", folder)
    seen = run("journalctl", f"--root={root}", "--update-catalog")
    check("systemd accepts the catalog", seen == "", seen)
    page = BUILD / "packaging/siptimed.8"
    seen = run("mandoc", "-Tlint", "-W", "warning", page)
    check("mandoc accepts the page", seen == "", seen)
    page = words(re.sub(r"(?m)^\..*", "", page.read_text()))
    ids = message_ids()
    explained = list(kinds())
    check("every kind has its messages",
          sorted(ids) == sorted(name for name, _, _ in explained), ids)
    for name, summary, rest in explained:
        raised, resolved = ids[name]
        seen = dump(root, raised)
        check(f"{name}: the catalog has its summary", summary in seen, seen)
        check(f"{name}: the catalog says what --explain says",
              words(rest) in words(seen), seen)
        check(f"{name}: siptimed(8) says what --explain says",
              words(re.sub(r"(?m)^\d\. ", "", rest)) in page, rest)
        seen = dump(root, resolved)
        check(f"{name}: resolved has a message of its own",
              f"over: {summary}" in seen, seen)
    fields(root)
    shutil.rmtree(root)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
