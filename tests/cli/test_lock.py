"""The drift check goes red for what it is there for, and for nothing else."""

import json
import shutil
from pathlib import Path

import pytest

from cli import lock

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    record = tmp_path / "requirements" / "lock.json"
    record.write_text(json.dumps(lock.fingerprints(tmp_path)))
    return tmp_path


def test_what_was_just_locked_has_no_drift(checkout: Path) -> None:
    assert lock.drift(checkout) == []


def test_a_new_requirement_in_a_shared_group_is_drift_in_every_group_that_includes_it(checkout: Path) -> None:
    file = checkout / "pyproject.toml"
    file.write_text(file.read_text().replace("base = [", 'base = [\n    "left-pad>=1",'))
    assert "group base changed in pyproject.toml since it was locked" in lock.drift(checkout)
    assert "group webhooks changed in pyproject.toml since it was locked" in lock.drift(checkout)


def test_moving_lines_or_changing_other_settings_is_no_drift(checkout: Path) -> None:
    file = checkout / "pyproject.toml"
    text = file.read_text().replace('    "asyncpg>=0.32",\n', "").replace("base = [", 'base = [\n    "asyncpg>=0.32",')
    file.write_text(text.replace("line-length = 110", "line-length = 120"))
    assert lock.drift(checkout) == []


def test_a_changed_or_missing_file_is_drift(checkout: Path) -> None:
    with (checkout / "requirements" / "sync.txt").open("a") as file:
        file.write("left-pad==1.0\n")
    (checkout / "requirements" / "portal.txt").unlink()
    assert lock.drift(checkout) == [
        "requirements/portal.txt was changed by hand",
        "requirements/sync.txt was changed by hand",
    ]


def test_a_service_ships_the_versions_that_the_tests_ran_with() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    for group in lock.read_groups(ROOT):
        assert pins(group) <= pins("dev"), group


def test_the_requirements_name_no_index_and_pin_every_package_by_hash() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "index-url" not in text
        assert "://" not in text
        for block in text.split("\n# ")[0].split("\n"):
            if block and not block.startswith(" "):
                assert block.rstrip().endswith("\\"), f"{path.name}: {block} has no hash"
