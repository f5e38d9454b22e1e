"""What compose needs: secrets made once, each service its own, and a file that names every process."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import compose, gateway_render
from cli.backup.archive import load_key
from cli.certificates import CertificateRefused, install, make_trial
from cli.compose_state import Setup, container_user
from cli.gateway import SERVICES, GatewayOptions, envoy_argv
from cli.gateway_tls import Tls
from cli.servers.processes import ServerFailed
from cli.stack.places import Places
from shared.kit.settings import ServiceSettings
from shared.queue import WorkerSpec
from tests.gateway.running import Gateway, free_port

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
PROCESSES: dict[str, Any] = COMPOSE["services"]


def variables(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)='(.*)'$", path.read_text(), re.M))


@pytest.fixture(scope="module", params=["small", "large"])
def state(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("compose") / "state"
    compose.prepare(folder, Setup("http://127.0.0.1:8080", request.param))
    yield folder
    Places(folder).erase()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """A state folder in which nothing was prepared yet."""
    yield tmp_path / "state"
    Places(tmp_path / "state").erase()


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
    assert "PRIVATE" not in (state / "public" / f"{service}.pem").read_text()


def test_the_portal_gets_no_secret(state: Path) -> None:
    assert {name.partition("_")[0] for name in variables(state / "portal.env")} == {"STARTKLAR"}


def test_secrets_are_private_and_stay_the_same_when_prepared_again(state: Path) -> None:
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    profile = "small" if "small:8000" in (state / "portal.env").read_text() else "large"
    compose.prepare(state, Setup("http://127.0.0.1:8080", profile))  # type: ignore[arg-type]

    assert {path: path.read_bytes() for path in state.rglob("*") if path.is_file()} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in before} == {0o600}


def test_services_call_each_other_and_are_found_by_the_gateway_where_they_run(fresh: Path) -> None:
    """Changing the profile moves addresses and nothing else."""
    told: dict[str, dict[str, str]] = {}
    for profile, container, url in (
        ("small", "small", "http://small:8000/services/sync"),
        ("large", "sync", "http://sync:8000"),
    ):
        compose.prepare(fresh, Setup("http://127.0.0.1:8080", profile))  # type: ignore[arg-type]
        told[profile] = variables(fresh / "projects.env")
        assert json.loads(told[profile]["STARTKLAR_SERVICE_URLS"])["sync"] == url
        bootstrap = json.loads((fresh / "gateway" / "envoy.json").read_text())
        clusters = {found["name"]: json.dumps(found) for found in bootstrap["static_resources"]["clusters"]}
        assert f'"address": "{container}", "port_value": 8000' in clusters["sync"]
    moved = {name for name in told["small"] if told["small"][name] != told["large"][name]}
    assert moved == {"STARTKLAR_SERVICE_URLS", "STARTKLAR_JWKS_URL"}


def test_an_https_installation_is_a_production_one_and_needs_a_certificate(fresh: Path, tmp_path: Path) -> None:
    state, setup = fresh, Setup("https://api.startklar.test")
    with pytest.raises(CertificateRefused, match="--behind-proxy"):
        compose.prepare(state, setup)
    chain, key, _ = make_trial("api.startklar.test")
    compose.prepare(state, setup, (chain, key))
    compose.prepare(state, setup)  # which keeps it

    assert variables(state / "identity.env")["STARTKLAR_ENVIRONMENT"] == "production"
    assert variables(state / "compose.env")["STARTKLAR_HTTPS"] == "0.0.0.0:443"
    assert (state / "tls" / "current" / "tls.crt").read_bytes() == chain
    listeners = json.loads((state / "gateway" / "envoy.json").read_text())["static_resources"]["listeners"]
    ports = {found["name"]: found["address"]["socket_address"]["port_value"] for found in listeners}
    assert ports == {"plain": 8080, "public": 8443}
    secret = (state / "gateway" / "certificate.json").read_text()
    assert "/run/startklar/tls/current/tls.key" in secret, "as the container sees it"

    compose.renew(state, *_written(tmp_path, *make_trial("api.startklar.test")[:2]))
    assert (state / "tls" / "current" / "tls.crt").read_bytes() != chain


def test_behind_a_proxy_of_the_operators_the_gateway_speaks_plainly_on_loopback(fresh: Path) -> None:
    state = fresh
    compose.prepare(state, Setup("https://api.startklar.test", behind_proxy=True))
    bootstrap = (state / "gateway" / "envoy.json").read_text()

    assert variables(state / "compose.env")["STARTKLAR_HTTP"] == "127.0.0.1:8080"
    assert [found["name"] for found in json.loads(bootstrap)["static_resources"]["listeners"]] == ["public"]
    assert '"xff_num_trusted_hops": 1' in bootstrap


def _written(folder: Path, chain: bytes, key: bytes) -> tuple[Path, Path]:
    paths = folder / "chain.pem", folder / "key.pem"
    for path, content in zip(paths, (chain, key), strict=True):
        path.write_bytes(content)
    return paths


def test_the_file_is_a_compose_file(tmp_path: Path) -> None:
    """By the schema of the Compose Specification, which must see a wrong word."""
    wrong = tmp_path / "compose.yml"
    wrong.write_text(FILE.read_text().replace("mem_limit: 1g", "memory_limit: 1g"))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    for file, status in ((FILE, 0), (wrong, 1)):
        done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout


def test_every_variable_of_the_file_is_written_by_prepare_or_has_a_default(state: Path) -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)\}", FILE.read_text()))
    assert used <= variables(state / "compose.env").keys()
    files = {name for process in PROCESSES.values() for name in process.get("env_file", [])}
    missing = [name for name in files if not (state / name.removeprefix("${STARTKLAR_STATE}/")).exists()]
    assert missing == []


def test_every_service_has_its_processes_in_both_profiles() -> None:
    for service in SERVICES:
        folder = ROOT / "services" / service
        assert (f"{service}-worker" in PROCESSES) == (folder / "worker.py").exists()
        assert (f"{service}-migrate" in PROCESSES) == (folder / "alembic.ini").exists()
        assert PROCESSES[service]["env_file"] == [f"${{STARTKLAR_STATE}}/{service}.env"]
        assert f"${{STARTKLAR_STATE}}/{service}.env" in PROCESSES["small"]["env_file"]
    migrated = PROCESSES["small-migrate"]["command"][-1]
    assert re.search(r"for service in ([a-z ]+);", migrated)[1].split() == list(compose.WITH_DATA)  # type: ignore[index]
    assert PROCESSES["small-worker"]["command"] == ["python", "-m", "small.worker"]
    for name, process in PROCESSES.items():
        if name not in {*ALWAYS, "restore"}:
            assert process["profiles"] == [profile_of(name)], name


ALWAYS = {"postgres", "redis", "provision", "backup", "gateway"}


def profile_of(name: str) -> str:
    return name if name == "restore" else "small" if name.partition("-")[0] == "small" else "large"


@pytest.mark.parametrize("profile", ["small", "large"])
def test_what_a_container_waits_for_is_there_in_its_profile(profile: str) -> None:
    present = {name for name in PROCESSES if name in ALWAYS or profile_of(name) == profile}
    for name in present:
        for other, how in PROCESSES[name].get("depends_on", {}).items():
            assert other in present or how.get("required") is False, f"{name} waits for {other}"
            ends = PROCESSES[other].get("restart", "no") == "no"
            assert ends == (how["condition"] == "service_completed_successfully"), f"{name} waits for {other}"
            assert ends or "healthcheck" in PROCESSES[other]


def test_ours_are_held_to_little() -> None:
    for name, process in PROCESSES.items():
        assert process["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert process["mem_limit"], name
        if name not in {"postgres", "redis", "provision"}:
            assert process["user"] == ("0:0" if name == "restore" else "${STARTKLAR_USER}"), name
            assert process["read_only"] is True, name
            assert process["cap_drop"] == ["ALL"], name
            assert process["security_opt"] == ["no-new-privileges:true"], name
            assert process["pids_limit"], name
        if process.get("restart", "no") != "no":
            assert "test" in process["healthcheck"], name


def test_the_server_takes_the_connections_of_every_pool_at_its_fullest() -> None:
    size = int(PROCESSES["small"]["environment"]["STARTKLAR_DATABASE_POOL_SIZE"])
    web, worker = 2 * size + 2 * 2, 2 * size + 2 * max(4, WorkerSpec("x", ServiceSettings).job_slots + 2)
    most = int(re.search(r"max_connections=(\d+)", " ".join(PROCESSES["postgres"]["command"]))[1])  # type: ignore[index]

    assert len(compose.WITH_DATA) * (web + worker) <= most - 20


def test_only_the_gateway_has_a_port_outside_and_databases_have_no_way_out() -> None:
    assert [name for name, process in PROCESSES.items() if "ports" in process] == ["gateway"]
    assert COMPOSE["networks"]["data"]["internal"] is True
    assert {tuple(PROCESSES[name]["networks"]) for name in ("postgres", "redis", "provision")} == {("data",)}
    assert "data" not in PROCESSES["gateway"]["networks"]


def test_owner_passwords_reach_migrations_only_and_a_services_key_its_own_containers() -> None:
    for name, process in PROCESSES.items():
        files = process.get("env_file", [])
        assert name.endswith("-migrate") == any("-migrate.env" in file for file in files)
        assert name in {"provision", "backup", "restore"} or not any("operator.env" in file for file in files)
        keys = {match[1] for volume in process.get("volumes", []) if (match := re.search(r"KEYS\}/(\w+)\.pem", volume))}
        one = {name.partition("-")[0]} & set(compose.WITH_DATA)
        wanted = set(compose.WITH_DATA) if profile_of(name) == "small" else one
        ends = name.endswith(("-migrate", "-register"))
        assert keys == (set() if ends else wanted), name


def test_backups_are_followed_where_the_operator_says_and_come_back_with_the_rights_for_that_alone(
    fresh: Path, tmp_path: Path
) -> None:
    compose.prepare(fresh, Setup("http://127.0.0.1:8080"))
    assert variables(fresh / "compose.env")["STARTKLAR_BACKUP"] == str(fresh / "archive")
    other = tmp_path / "other" / "disk"
    compose.prepare(fresh, Setup("http://127.0.0.1:8080", backup=other))
    compose.prepare(fresh, Setup("http://127.0.0.1:8080"))  # which keeps it
    assert variables(fresh / "compose.env")["STARTKLAR_BACKUP"] == str(other)
    for folder in (other, fresh / "backup"):
        found = folder.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, container_user())
    assert load_key(Places(fresh).keys / "backup-key")
    other.chmod(0o755)
    with pytest.raises(ServerFailed, match="only its owner"):
        compose.prepare(fresh, Setup("http://127.0.0.1:8080"))

    follower, restore = PROCESSES["backup"], PROCESSES["restore"]
    assert set(restore["volumes"]) - set(follower["volumes"]) == {"postgres:/var/lib/postgresql"}
    assert (restore["network_mode"], "networks" in restore) == ("none", False)
    assert not {"SYS_ADMIN", "NET_ADMIN", "ALL"} & set(restore["cap_add"])
    assert [name for name, process in PROCESSES.items() if "cap_add" in process] == ["restore"]
    assert "hba_file=/etc/startklar/pg_hba.conf" in PROCESSES["postgres"]["command"]


def test_the_gateway_starts_envoy_as_the_command_line_does_and_its_health_is_asked_rightly(tmp_path: Path) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    command = yaml.safe_load(dockerfile.split("AS gateway\n")[1].split("CMD ")[1].splitlines()[0])
    own = PROCESSES["gateway"]["command"]

    assert command == envoy_argv(Path("/etc/envoy/envoy.json"))[1:]
    assert own == envoy_argv(Path("/etc/startklar/envoy.json"))[1:]
    assert PROCESSES["gateway"]["image"] == re.search(r"ARG ENVOY_IMAGE=(\S+)", dockerfile)[1]  # type: ignore[index]

    _, shell, dash, script = PROCESSES["gateway"]["healthcheck"]["test"]
    chain, key, authority = make_trial("127.0.0.1")
    install(tmp_path / "tls", chain, key, "127.0.0.1")
    (tmp_path / "authority.pem").write_bytes(authority)
    plain = free_port()
    options = GatewayOptions(issuer="https://127.0.0.1", tls=Tls(tmp_path / "tls", plain=("127.0.0.1", plain)))
    probe = [shell, dash, script.replace("$$", "$").replace("8080", str(plain))]
    assert subprocess.run(probe, check=False, capture_output=True).returncode != 0
    upstreams = dict.fromkeys(SERVICES, free_port())
    gateway = Gateway(tmp_path, upstreams, options, certificate=tmp_path / "authority.pem")
    try:
        assert subprocess.run(probe, check=False, capture_output=True).returncode == 0
    finally:
        gateway.stop()


def test_the_gateway_can_be_rendered_for_containers(tmp_path: Path) -> None:
    out = tmp_path / "envoy.json"
    gateway_render.main(
        ["--out", str(out), "--issuer", "https://id.test", "--listen", "127.0.0.1:8080",
         "--upstream", "sync=elsewhere:81", "--cors-origin", "https://app.test", "--host", "api.test",
         "--tls", "/run/tls", "--plain", "0.0.0.0:8000"]
    )  # fmt: skip
    assert "/run/tls/..data/tls.crt" in out.with_name("certificate.json").read_text()
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
