"""Every service looks the same from outside: who knows one knows where to look in the others."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, SERVICES, Module, modules

FILES = ("__init__.py", "README.md", "app.py", "settings.py")
# Of the services that own data.
DATA_FILES = (
    "worker.py",
    "db.py",
    "models.py",
    "sealed.py",
    "alembic.ini",
    "migrations/env.py",
    "migrations/script.py.mako",
)
# portal has no data of its own (design.md section 1): no tables, no migrations, no events, so no worker.
WITHOUT_DATA = {"portal"}
OWNERS = tuple(name for name in SERVICES if name not in WITHOUT_DATA)
ENTRY_LINES = 80
TOP_MODULES = {
    "__init__", "app", "routers", "worker", "jobs", "settings", "db", "models", "dependencies", "person_data",
    "forgetting", "restored", "sealed",
}  # fmt: skip
MIGRATION = re.compile(r"^\d{4}-\d\d-\d\d-\d{4}_[a-z0-9_]+\.py$")


def folder(service: str) -> Path:
    return ROOT / "services" / service


def entry_points(service: str) -> list[Path]:
    return [path for name in ("app.py", "worker.py") if (path := folder(service) / name).exists()]


def features(service: str) -> list[Path]:
    """The feature folders: those that have endpoints."""
    return sorted(path.parent for path in folder(service).glob("*/endpoints.py"))


def test_the_six_services_are_there_and_no_others() -> None:
    found = {path.name for path in (ROOT / "services").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_top_files_of_the_house(service: str) -> None:
    wanted = FILES if service in WITHOUT_DATA else FILES + DATA_FILES
    assert [name for name in wanted if not (folder(service) / name).is_file()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_other_modules_at_its_top(service: str) -> None:
    """Everything else is a feature, and lives in a folder named after its entity."""
    assert {path.stem for path in folder(service).glob("*.py")} - TOP_MODULES == set()


@pytest.mark.parametrize("service", SERVICES)
def test_entry_points_are_lists(service: str) -> None:
    long = {path.name: len(path.read_text("utf-8").splitlines()) for path in entry_points(service)}
    assert {name: lines for name, lines in long.items() if lines >= ENTRY_LINES} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_the_package_says_what_the_service_owns(service: str) -> None:
    module = importlib.import_module(f"services.{service}")
    assert len((module.__doc__ or "").split()) > 5


@pytest.mark.parametrize("service", SERVICES)
def test_the_readme_is_one_page_that_says_the_same_things_everywhere(service: str) -> None:
    text = (folder(service) / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 80
    missing = [word for word in ("owns", "does not own", "run") if word not in text.lower()]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_app_is_made_by_create_app_from_its_spec(service: str) -> None:
    module = importlib.import_module(f"services.{service}.app")
    assert module.SPEC.name == service
    assert module.create_app().title == module.SPEC.title


@pytest.mark.parametrize("service", OWNERS)
def test_a_service_can_show_and_forget_a_person(service: str) -> None:
    handlers = importlib.import_module(f"services.{service}.app").SPEC.person_data
    assert handlers is not None
    assert handlers.export is not handlers.erase


@pytest.mark.parametrize("service", OWNERS)
def test_the_worker_can_be_started_as_a_module(service: str) -> None:
    tree = Module("worker.py", (folder(service) / "worker.py").read_text("utf-8")).tree
    guards = [node for node in tree.body if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)]
    assert len(guards) == 1


@pytest.mark.parametrize("service", OWNERS)
def test_migrations_are_named_after_their_time_and_form_one_chain(service: str) -> None:
    versions = sorted(path for path in (folder(service) / "migrations" / "versions").glob("*.py"))
    assert versions
    assert [path.name for path in versions if not MIGRATION.match(path.name) and path.name != "__init__.py"] == []
    parents = [parent(path) for path in versions if path.name != "__init__.py"]
    assert len(set(parents)) == len(parents), "two migrations follow the same one"


def parent(path: Path) -> str:
    """What a migration says it follows."""
    for node in ast.parse(path.read_text("utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if value is not None and any(isinstance(one, ast.Name) and one.id == "down_revision" for one in targets):
            return ast.unparse(value)
    raise AssertionError(f"{path.name} has no down_revision")


@pytest.mark.parametrize("service", SERVICES)
def test_a_feature_is_a_package_with_a_singular_name(service: str) -> None:
    for feature in features(service):
        assert (feature / "__init__.py").is_file()
        is_plural = feature.name.endswith("s") and not feature.name.endswith(("ss", "us", "is"))
        assert not is_plural, f"{feature.name}: name the entity"


@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_hold_no_sql(service: str) -> None:
    """Queries live in repositories: there the caller's rights are part of the WHERE."""
    found = [
        f"{module.place(node)} imports {name}"
        for module in modules(f"services/{service}")
        if module.name.endswith("/endpoints.py")
        for node, name in module.imports()
        if re.match(r"^(sqlalchemy|sqlmodel)(\.(?!ext\.asyncio|orm\.session)|$)", name)
    ]
    assert found == []


def test_there_is_no_module_named_utils() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [one.name for one in modules("shared", "services", "cli", "small") if Path(one.name).stem in vague] == []
