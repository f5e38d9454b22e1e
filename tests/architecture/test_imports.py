"""The import contracts of pyproject.toml: kept by the present tree, and each one able to fail."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

# A tree of the house's shape in which every contract holds.
SKELETON = (
    "cli/main.py",
    "shared/kit/ids.py",
    "shared/contracts/projects.py",
    "shared/auth/principal.py",
    "shared/queue/outbox.py",
    "shared/web/app.py",
    "services/projects/app.py",
    *(
        f"services/projects/{feature}/{module}.py"
        for feature in ("gate", "project")
        for module in ("endpoints", "tasks", "auth", "service", "repository", "schemas", "models", "errors")
    ),
    "services/sync/app.py",
    "small/app.py",
)

# Contract -> the module that breaks it, and the import that does.
VIOLATIONS = [
    ("independent-services", "services/projects/app.py", "services.sync.app"),
    ("independent-services", "services/projects/gate/service.py", "services.sync"),
    ("shared-below", "shared/kit/ids.py", "services.sync.app"),
    ("shared-below", "cli/main.py", "services.sync.app"),
    ("shared-layers", "shared/kit/ids.py", "shared.web.app"),
    ("shared-layers", "shared/contracts/projects.py", "shared.queue.outbox"),
    ("shared-layers", "shared/queue/outbox.py", "shared.auth.principal"),
    ("feature-layers", "services/projects/gate/service.py", "services.projects.gate.endpoints"),
    ("feature-layers", "services/projects/gate/models.py", "services.projects.gate.schemas"),
    ("private-repositories", "services/projects/gate/endpoints.py", "services.projects.gate.repository"),
    ("private-repositories", "services/projects/app.py", "services.projects.gate.repository"),
    ("edge-only-fastapi", "services/projects/gate/service.py", "fastapi"),
    ("edge-only-fastapi", "shared/kit/ids.py", "starlette.requests"),
    ("arq-in-queue", "services/projects/gate/tasks.py", "arq"),
    ("arq-in-queue", "shared/web/app.py", "arq.connections"),
    ("jose-in-auth", "services/sync/app.py", "jose.jwt"),
    ("pure-contracts", "shared/contracts/projects.py", "sqlmodel"),
    ("egress-only", "services/sync/app.py", "httpx"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The skeleton with the project's own contracts."""
    for name in SKELETON:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")
        for folder in path.relative_to(tmp_path).parents[:-1]:
            (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    return tmp_path


def test_the_tree_keeps_every_import_contract() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_the_skeleton_keeps_every_import_contract(skeleton: Path) -> None:
    result = lint(skeleton)
    assert result.returncode == 0, result.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize(("contract", "module", "imported"), VIOLATIONS)
def test_a_violation_breaks_its_contract(skeleton: Path, contract: str, module: str, imported: str) -> None:
    (skeleton / module).write_text(f"import {imported}\n", "utf-8")
    result = lint(skeleton)
    assert result.returncode == 1
    assert f"{NAMES[contract]} BROKEN" in " ".join(result.stdout.split())


def test_packages_in_a_circle_break_the_contract_on_cycles(skeleton: Path) -> None:
    (skeleton / "services/projects/gate/service.py").write_text("import services.projects.project.service", "utf-8")
    (skeleton / "services/projects/project/models.py").write_text("import services.projects.gate.models", "utf-8")
    assert f"{NAMES['no-cycles']} BROKEN" in " ".join(lint(skeleton).stdout.split())


def test_a_layer_that_nobody_placed_breaks_the_layers_of_shared(skeleton: Path) -> None:
    (skeleton / "shared" / "helpers.py").touch()
    assert f"{NAMES['shared-layers']} BROKEN" in " ".join(lint(skeleton).stdout.split())


def test_every_contract_is_shown_to_fail() -> None:
    assert {*NAMES} == {contract for contract, _, _ in VIOLATIONS} | {"no-cycles"}


def test_no_import_is_excused() -> None:
    assert [contract["id"] for contract in CONTRACTS if "ignore_imports" in contract] == []
