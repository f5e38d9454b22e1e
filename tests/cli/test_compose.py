"""What compose needs: secrets made once, each service its own, and a file that names every process."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import compose, gateway_render
from cli.gateway import SERVICES, envoy_argv

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text())
PROCESSES: dict[str, Any] = COMPOSE["services"]


def variables(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)='(.*)'$", path.read_text(), re.M))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose") / "state"
    compose.prepare(folder, "http://127.0.0.1:8080")
    return folder


@pytest.mark.parametrize("service", compose.WITH_DATA)
def test_a_service_gets_its_own_secrets_and_nobody_elses(state: Path, service: str) -> None:
    prefixes = {name.partition("_")[0] for name in variables(state / f"{service}.env")}
    text = (state / f"{service}.env").read_text()

    assert prefixes == {"STARTKLAR", service.upper()}
    assert f"{service}_app:" in text
    assert "_owner:" not in text
    for other in SERVICES:
        assert other == service or f"{other}_app" not in text
    assert set(variables(state / f"{service}-migrate.env")) == {f"{service.upper()}_OWNER_DATABASE_URL"}


def test_the_portal_gets_no_secret(state: Path) -> None:
    assert {name.partition("_")[0] for name in variables(state / "portal.env")} == {"STARTKLAR"}


def test_secrets_are_private_and_stay_the_same_when_prepared_again(state: Path) -> None:
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    compose.prepare(state, "http://127.0.0.1:8080")

    assert {path: path.read_bytes() for path in state.rglob("*") if path.is_file()} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in before} == {0o600}


def test_an_https_installation_is_a_production_one(tmp_path: Path) -> None:
    compose.prepare(tmp_path / "state", "https://api.startklar.test")

    assert variables(tmp_path / "state" / "identity.env")["STARTKLAR_ENVIRONMENT"] == "production"


def test_every_service_has_its_processes() -> None:
    for service in SERVICES:
        folder = ROOT / "services" / service
        if (folder / "app.py").exists():
            assert (f"{service}-worker" in PROCESSES) == (folder / "worker.py").exists()
            assert (f"{service}-migrate" in PROCESSES) == (folder / "alembic.ini").exists()
        web = PROCESSES[service]
        assert web["env_file"] == [f"${{STARTKLAR_STATE}}/{service}.env"]
        assert web["read_only"] is True
        assert web["cap_drop"] == ["ALL"]
    assert {"postgres", "redis", "gateway"} < set(PROCESSES)


def test_only_the_gateway_has_a_port_outside() -> None:
    assert [name for name, process in PROCESSES.items() if "ports" in process] == ["gateway"]


def test_owner_passwords_reach_migrations_only() -> None:
    for name, process in PROCESSES.items():
        files = process.get("env_file", [])
        assert name.endswith("-migrate") == any("-migrate.env" in file for file in files)
        assert name == "provision" or not any("operator.env" in file for file in files)


def test_the_gateways_image_starts_envoy_as_the_command_line_does() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    command = yaml.safe_load(dockerfile.split("AS gateway\n")[1].split("CMD ")[1].splitlines()[0])

    assert command == envoy_argv(Path("/etc/envoy/envoy.json"))[1:]


def test_the_gateway_can_be_rendered_for_containers(tmp_path: Path) -> None:
    out = tmp_path / "envoy.json"
    gateway_render.main(
        ["--out", str(out), "--issuer", "https://id.test", "--listen", "127.0.0.1:8080",
         "--upstream", "sync=elsewhere:81", "--cors-origin", "https://app.test", "--host", "api.test"]
    )  # fmt: skip
    clusters = {found["name"]: found for found in yaml.safe_load(out.read_text())["static_resources"]["clusters"]}

    def address(name: str) -> Any:
        endpoint = clusters[name]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
        return endpoint["address"]["socket_address"]

    assert address("sync") == {"address": "elsewhere", "port_value": 81}
    assert address("identity") == {"address": "identity", "port_value": 8000}


@pytest.mark.parametrize("wrong", [["--listen", "8080"], ["--listen", "x:y"], ["--upstream", "sync"]])
def test_a_malformed_address_is_refused(tmp_path: Path, wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        gateway_render.main(["--out", str(tmp_path / "x"), "--issuer", "i", *wrong])
