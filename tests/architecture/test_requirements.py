"""Every locked requirement is pinned by hash, and no lock file says where packages come from."""

import re
import tomllib

import pytest

from tests.architecture.tree import ROOT, SERVICES

FOLDER = ROOT / "requirements"
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
INDEX = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|^-[if] |://", re.MULTILINE)
LOCKED = [*SERVICES, "cli", "dev"]


def requirements(text: str) -> list[str]:
    """Each requirement with its hashes as one line."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return [one for one in "\n".join(lines).replace("\\\n", " ").splitlines() if one.strip()]


@pytest.mark.parametrize("group", LOCKED)
def test_a_group_is_locked(group: str) -> None:
    assert group in GROUPS
    assert (FOLDER / f"{group}.txt").is_file(), "run `make lock`"


def test_no_lock_file_is_left_over() -> None:
    assert sorted({path.stem for path in FOLDER.glob("*.txt")} - set(GROUPS)) == []


def test_no_lock_file_names_an_index() -> None:
    assert [path.name for path in FOLDER.glob("*.txt") if INDEX.search(path.read_text("utf-8"))] == []


def test_every_requirement_is_pinned_by_version_and_hash() -> None:
    found = [
        f"{path.name}: {requirement}"
        for path in FOLDER.glob("*.txt")
        for requirement in requirements(path.read_text("utf-8"))
        if not re.match(r"^[A-Za-z0-9._-]+(\[[^\]]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", requirement)
    ]
    assert found == []


def test_there_is_no_second_lock() -> None:
    assert not (ROOT / "uv.lock").exists()
