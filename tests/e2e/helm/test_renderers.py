"""Helm itself renders and lints what our check renders through a library, to the same objects, in every profile."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.chart import CHART, PROFILES, RELEASE, release

pytestmark = pytest.mark.browser


@pytest.fixture
def program(programs: Path) -> Path:
    return programs / "helm"


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
