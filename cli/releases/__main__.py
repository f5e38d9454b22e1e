"""`python -m cli.releases record VERSION [--commit HEAD]`: keep what a release promises; `list` shows those there are.

A record is made once, of a commit that the whole of `.ci/run` passed, and committed right after it. From then on its
migrations are never edited, its event contracts are never changed, and the tests upgrade a database from it.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cli.releases.release import FOLDER, ROOT, Release, look_at, releases, tree_of

_VERSION = re.compile(r"\d+\.\d+\.\d+")


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 with a sentence when the version cannot be recorded."""
    parser = argparse.ArgumentParser(prog="python -m cli.releases", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the releases that there are")
    recording = commands.add_parser("record", help="keep what a commit promises")
    recording.add_argument("version")
    recording.add_argument("--commit", default="HEAD")
    given = parser.parse_args(arguments)
    if given.command == "list":
        for one in releases():
            print(f"{one.version}  {one.date[:10]}  {one.commit[:12]}")
        return 0
    return _record(given.version, given.commit)


def _record(version: str, commit: str) -> int:
    target = FOLDER / f"{version}.json"
    if not _VERSION.fullmatch(version) or target.exists():
        print(f"{version} is no new version: it must be three numbers, and none of the releases", file=sys.stderr)
        return 2
    known, date = _git("show", "-s", "--format=%H %cI", commit).split()
    with tempfile.TemporaryDirectory() as folder:
        found = look_at(tree_of(known, Path(folder)))
    FOLDER.mkdir(exist_ok=True)
    target.write_text(Release(version=version, date=date, commit=known, **found).text(), "utf-8")
    print(f"wrote {target.relative_to(ROOT)}: commit it, and leave its migrations and events as they are")
    return 0


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
