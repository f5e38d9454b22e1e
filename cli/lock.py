"""Write the hash-locked `requirements/<group>.txt`, or check that they belong to pyproject's groups.

    python -m cli.lock [--check | --upgrade]

The check needs no network and does not mind new releases: `requirements/lock.json` keeps a fingerprint of what went
into each file and of what came out, so that it goes red exactly when a group was changed without locking again or a
file was changed by hand. Every group is held to the versions of `dev`: what is tested is what is shipped.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ALL = "dev"
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--python-version",
    "3.11",
)


def flatten(groups: dict[str, list[Any]], name: str) -> list[str]:
    """The requirements of a group with those of the groups that it includes (PEP 735), sorted."""
    found: set[str] = set()
    for entry in groups[name]:
        if isinstance(entry, str):
            found.add(entry)
        else:
            found.update(flatten(groups, entry["include-group"]))
    return sorted(found)


def read_groups(root: Path) -> dict[str, list[str]]:
    """Every dependency group of pyproject.toml, flattened."""
    groups = tomllib.loads((root / "pyproject.toml").read_text())["dependency-groups"]
    return {name: flatten(groups, name) for name in groups}


def fingerprints(root: Path) -> dict[str, dict[str, str]]:
    """For each group what went into its file and what the file holds now ('' without a file)."""
    return {
        name: {"requirements": _digest("\n".join([*OPTIONS, *lines])), "file": _digest(_read(root, name))}
        for name, lines in sorted(read_groups(root).items())
    }


def drift(root: Path) -> list[str]:
    """A sentence for every group whose file does not belong to it."""
    record = root / "requirements" / "lock.json"
    locked = json.loads(record.read_text()) if record.exists() else {}
    now = fingerprints(root)
    problems = [f"requirements/{name}.txt belongs to no group" for name in sorted(locked.keys() - now.keys())]
    for name, current in now.items():
        before = locked.get(name, {})
        if before.get("requirements") != current["requirements"]:
            problems.append(f"group {name} changed in pyproject.toml since it was locked")
        elif before.get("file") != current["file"]:
            problems.append(f"requirements/{name}.txt was changed by hand")
    return problems


def write(root: Path, *, upgrade: bool) -> None:
    """Compile every group, `dev` first; keeps the versions that are locked unless `upgrade`."""
    names = sorted(read_groups(root), key=lambda name: (name != ALL, name))
    for name in names:
        target = f"requirements/{name}.txt"
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *OPTIONS]
        command += ["--group", f"pyproject.toml:{name}", "-o", target]
        if name != ALL:
            command += ["-c", f"requirements/{ALL}.txt"]
        if upgrade:
            command.append("--upgrade")
        subprocess.run(command, cwd=root, check=True)
        print(f"locked {target}")
    for stale in (root / "requirements").glob("*.txt"):
        if stale.stem not in names:
            stale.unlink()
    (root / "requirements" / "lock.json").write_text(json.dumps(fingerprints(root), indent=2) + "\n")


def _read(root: Path, name: str) -> str:
    path = root / "requirements" / f"{name}.txt"
    return path.read_text() if path.exists() else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when `--check` found drift."""
    parser = argparse.ArgumentParser(description="Lock the dependencies of every group by hash.")
    parser.add_argument("--check", action="store_true", help="only compare, without network")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that the groups allow")
    options = parser.parse_args(arguments)
    if not options.check:
        write(ROOT, upgrade=options.upgrade)
        return 0
    problems = drift(ROOT)
    for problem in problems:
        print(f"{problem}: run `make lock`", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
