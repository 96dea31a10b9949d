# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages that npm brings, as they are locked in a folder of tests/."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def made(build, name):
    """Where tests/NAME is with its packages, made once; in a namespace there is
    no network to make it."""
    source = os.path.join(HERE, "..", name)
    folder = f"{build}/tests/{name}"
    lock = read(f"{source}/package-lock.json")
    if read(f"{folder}/installed") != lock:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder, capture_output=True, text=True, timeout=120,
            check=False)
        if done.returncode != 0:
            raise RuntimeError("npm: " + done.stderr)
        with open(f"{folder}/installed", "w", encoding="utf-8") as file:
            file.write(lock)
    return folder
