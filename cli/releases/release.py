"""A release as `deploy/releases/<version>.json` keeps it, and the tree that it was made from.

There is nothing to install from a record: it says what a next release must hold to. The code itself lies in git's
history, since a copy of it would only grow apart from that.
"""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "releases"
_SURVEY = Path(__file__).with_name("survey.py")
_PARTS = ("services", "shared", "openapi")


class NoHistory(Exception):
    """The release's commit is not in this clone; the message says how to get it."""


@dataclass(frozen=True)
class Release:
    """`heads`: schema revision by service. `migrations`: prints of the files by service. `contracts`: fields (with a
    print of each type) and required fields by event type. `reads`: events of others that a service reads.
    `documents`: prints of the API documents."""

    version: str
    date: str
    commit: str
    heads: Mapping[str, str]
    migrations: Mapping[str, Mapping[str, str]]
    contracts: Mapping[str, Mapping[str, Any]]
    reads: Mapping[str, Sequence[str]]
    documents: Mapping[str, str]

    @property
    def number(self) -> tuple[int, ...]:
        """The version as numbers, for order."""
        return tuple(int(part) for part in self.version.split("."))

    def text(self) -> str:
        """The record's file."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def releases(folder: Path = FOLDER) -> list[Release]:
    """Every recorded release, the oldest first."""
    found = [Release(**json.loads(path.read_text("utf-8"))) for path in folder.glob("*.json")]
    return sorted(found, key=lambda one: one.number)


def latest(folder: Path = FOLDER) -> Release:
    """The release that a running installation has before the next one comes."""
    return releases(folder)[-1]


def tree_of(commit: str, target: Path, parts: Sequence[str] = _PARTS) -> Path:
    """Write `parts` of the tree of `commit` into `target`. Errors: NoHistory."""
    command = ["git", "archive", "--format=zip", commit, *parts]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if packed.returncode != 0:
        raise NoHistory(
            f"commit {commit[:12]} is not in this clone ({packed.stderr.decode().strip()}). What is checked against a"
            " release needs its code: run `git fetch --unshallow`, or clone without --depth."
        )
    with zipfile.ZipFile(io.BytesIO(packed.stdout)) as archive:
        archive.extractall(target)
    return target


def look_at(tree: Path) -> dict[str, Any]:
    """The survey of a tree, taken by a process of its own that imports nothing of this one."""
    command = [sys.executable, "-c", _SURVEY.read_text("utf-8")]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the tree cannot be looked at:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
