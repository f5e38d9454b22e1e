"""kubectl itself makes of the Kustomize folders what Helm makes of the chart."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.kustomize import FOLDER, RELEASE, Manifest, manifests

pytestmark = pytest.mark.browser
Made = dict[tuple[str, str], Manifest]


@pytest.fixture
def kubectl(programs: Path, surroundings: dict[str, str]) -> Any:
    def build(folder: str) -> Made:
        command = [str(programs / "kubectl"), "kustomize", str(FOLDER / folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
        assert done.returncode == 0, done.stderr
        return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(done.stdout)}

    return build


def in_namespace(made: Made) -> Made:
    return {key: one | {"metadata": one["metadata"] | {"namespace": RELEASE}} for key, one in made.items()}


@pytest.mark.parametrize("overlay", [None, "small", "large"])
def test_base_and_overlays_are_what_the_chart_makes(kubectl: Any, overlay: str | None) -> None:
    made = kubectl(f"overlays/{overlay}" if overlay else "base")
    assert made == in_namespace(manifests(overlay))


def test_an_installation_says_its_address_and_release_in_one_file(kubectl: Any) -> None:
    made = kubectl("example")
    image = {"registry": "registry.example.org:5000/startklar", "tag": "1.2.3"}
    wanted = manifests("small", publicUrl="https://api.example.org", image=image)
    renamed = {}
    for (kind, name), one in in_namespace(wanted).items():
        called = f"{name.rpartition('-')[0]}-1.2.3" if kind == "Job" else name
        renamed[kind, called] = one | {"metadata": one["metadata"] | {"name": called}}
    assert made == renamed
