"""Nothing that is committed names a developer's machine or a package registry."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, kept_files

# Written so that this file does not contain what it looks for.
PRIVATE = re.compile(
    r"/wor[k]/|/roo[t]/|/Use[r]s/|/far[m]/"
    r"|pythonhoste[d]\.org|py[p]i\.org|registry\.npm[j]s|registry\.yarnpk[g]|deb\.debia[n]\.org",
    re.IGNORECASE,
)


def private_lines(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    return [
        f"{path.name}:{number}: {line.strip()[:100]}" for number, line in enumerate(lines, 1) if PRIVATE.search(line)
    ]


def test_no_file_names_a_machine_or_a_registry() -> None:
    assert [found for path in kept_files() for found in private_lines(path)] == []


# The same trick: the `|` is taken out when the test runs.
SEEDS = (
    "cd /wor|k/main",
    "https://files.pythonhoste|d.org/x",
    "/roo|t/.cache",
    "https://registry.npm|js.org/typescript",
)


@pytest.mark.parametrize("line", [seed.replace("|", "") for seed in SEEDS])
def test_a_private_line_is_found(tmp_path: Path, line: str) -> None:
    path = tmp_path / "notes.md"
    path.write_text(f"first\n{line}\n", "utf-8")
    assert private_lines(path) == [f"notes.md:2: {line}"]


def test_the_npm_lock_holds_no_addresses_of_packages() -> None:
    lock = (ROOT / "tests" / "e2e" / "typescript" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
