"""The script that makes `.venv` does nothing when nothing changed, and says plainly what is missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "cli").mkdir()
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "cli" / "setup.sh", tmp_path / "cli")
    (tmp_path / "requirements" / "dev.txt").write_text("something==1.0\n")
    return tmp_path


def _program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def _set_up(checkout: Path, python: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", checkout / "cli" / "setup.sh"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(python)},
        check=False,
        capture_output=True,
        text=True,
    )


def test_an_environment_that_matches_the_lock_is_left_alone(checkout: Path) -> None:
    _program(checkout / ".venv" / "bin" / "python", "exit 0")
    shutil.copy(checkout / "requirements" / "dev.txt", checkout / ".venv" / "requirements.txt")
    done = _set_up(checkout, _program(checkout / "python", "exit 9"))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_python_without_venv_is_told_with_the_package_to_install(checkout: Path) -> None:
    done = _set_up(checkout, _program(checkout / "python", 'case "$2" in *ensurepip*) exit 1;; esac'))
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr


def test_an_install_that_fails_is_tried_again_next_time(checkout: Path) -> None:
    _program(checkout / ".venv" / "bin" / "python", 'case "$*" in *install*) echo "no such index" >&2; exit 1;; esac')
    done = _set_up(checkout, _program(checkout / "python", "exit 0"))
    assert done.returncode == 1
    assert "no such index" in done.stderr
    assert "PIP_INDEX_URL" in done.stderr
    assert not (checkout / ".venv" / "requirements.txt").exists()
    _program(checkout / ".venv" / "bin" / "python", "exit 0")
    assert _set_up(checkout, checkout / "python").returncode == 0
    assert (checkout / ".venv" / "requirements.txt").exists()
