"""Each process is told its own service's secrets and nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stack.environment import Wiring
from cli.stack.places import Places
from cli.stack.plan import read_plan

ADMIN = "postgresql://postgres:very-secret@/postgres?host=/run/x"


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wiring]:
    places = Places(tmp_path / "state")
    places.prepare()
    plan = read_plan()
    web = {spec.name: 9000 + index for index, spec in enumerate(plan.processes) if spec.app}
    caller = {"PATH": "/bin", "DATABASE_URL": ADMIN, "SYNC_DATABASE_URL": "postgresql://x", "HTTP_PROXY": "http://p"}
    yield Wiring(places, plan, ADMIN, "redis://r", 8080, web, caller)
    places.erase()


def test_a_service_gets_its_own_roles_and_never_the_owners_or_the_administrators(wiring: Wiring) -> None:
    told = wiring.of_service("projects", metrics_port=9100)
    assert "projects_app" in told["PROJECTS_DATABASE_URL"]
    assert "projects_relay" in told["PROJECTS_RELAY_DATABASE_URL"]
    assert not any("very-secret" in value or "_owner" in value for value in told.values())
    assert not any(name.startswith(("IDENTITY_", "SYNC_", "TRAINING_")) for name in told)
    assert "HTTP_PROXY" not in told


def test_only_a_migration_is_told_the_owners_url(wiring: Wiring) -> None:
    told = wiring.of_migration("projects")
    assert "projects_owner" in told["PROJECTS_OWNER_DATABASE_URL"]
    assert not {"PROJECTS_DATABASE_URL", "PROJECTS_FILE_KEY"} & told.keys()


def test_the_operators_own_database_of_a_service_wins(wiring: Wiring) -> None:
    assert wiring.of_service("sync")["SYNC_DATABASE_URL"] == "postgresql://x"


def test_two_installations_share_no_secret(wiring: Wiring, tmp_path: Path) -> None:
    other = Places(tmp_path / "other")
    other.prepare()
    beside = Wiring(other, wiring.plan, ADMIN, "redis://r", 8080, wiring.web, {})
    mine, theirs = wiring.of_service("training"), beside.of_service("training")
    for name in ("TRAINING_DATABASE_URL", "TRAINING_FILE_KEY", "TRAINING_CLIENT_KEY_FILE"):
        assert mine[name] != theirs[name]
    assert wiring.of_service("training") == mine


def test_a_service_without_data_is_told_no_secret_at_all(wiring: Wiring) -> None:
    assert not any(name.startswith("PORTAL_") for name in wiring.of_service("portal"))


def test_a_process_that_holds_every_service_is_told_what_each_would_be_and_no_owners_url(wiring: Wiring) -> None:
    small = Wiring(wiring.places, wiring.plan.of_profile("small"), ADMIN, "redis://r", 8080, {"small": 9000}, {})
    told = small.of_service("small", metrics_port=9100)
    for service in small.plan.services:
        own = small.of_service(service)
        assert {name: told[name] for name in own} == own
        assert small.internal(service) == f"http://127.0.0.1:9000/services/{service}"
        assert small.upstream(service) == ("127.0.0.1", 9000)
    assert told["SMALL_METRICS_PORT"] == "9100"
    assert told["STARTKLAR_JWKS_URL"] == "http://127.0.0.1:9000/services/identity/oauth2/jwks"
    assert not any("very-secret" in value or "_owner" in value for value in told.values())


def test_each_profile_runs_every_service_once(wiring: Wiring) -> None:
    large, small = (wiring.plan.of_profile(profile) for profile in ("large", "small"))
    assert [spec.name for spec in small.processes if spec.service] == ["small", "small-worker"]
    assert {spec.service for spec in large.processes if spec.app and spec.service} == set(large.services)
    assert {spec.service for spec in large.processes if spec.module} == set(large.with_data)
