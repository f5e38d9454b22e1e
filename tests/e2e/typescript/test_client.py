"""A client generated from the merged document compiles under `tsc --strict`, and its types forbid what the API does."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
pytestmark = pytest.mark.browser


def npm(*arguments: str, folder: Path = FOLDER) -> str:
    done = subprocess.run(["npm", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def installed() -> Path:
    """The folder with its packages, exactly those of the lock file."""
    assert shutil.which("npm"), "Node 20 or newer is needed: install it, then run `make e2e` again"
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    npm("run", "--silent", "generate")
    return FOLDER


def test_the_generated_client_compiles_under_strict(installed: Path) -> None:
    npm("run", "--silent", "compile", folder=installed)


def test_a_call_that_the_api_does_not_know_is_refused(installed: Path, tmp_path: Path) -> None:
    """The other direction: were the types loose, everything would compile."""
    for name in ("tsconfig.json", "schema.d.ts"):
        shutil.copy(installed / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(installed / "node_modules")
    usage = (installed / "usage.ts").read_text("utf-8").replace("startMonth", "startMonht")
    (tmp_path / "usage.ts").write_text(usage, "utf-8")
    done = subprocess.run(
        [installed / "node_modules" / ".bin" / "tsc", "--noEmit"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "startMonht" in done.stdout
