"""What the chart needs beside images: secrets made once and for whom they are, and alerts that follow from promises."""

import base64
import json
import re
import stat
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis
import yaml

from cli import kubernetes
from cli.alerts import BURNS, rules
from cli.compose import WITH_DATA
from cli.servers.binaries import find_redis
from cli.servers.processes import spawn, wait_until
from services.identity.client.service_client import read_service_keys
from shared.auth.jws import public_jwk_of_pem
from shared.web.service_levels import LEVEL
from tests.deploy.chart import containers, release
from tests.gateway.running import free_port

ROOT = Path(__file__).parents[2]
PARTS = ("shared", "services", "cli/backup")
CODE = "".join(path.read_text() for part in PARTS for path in (ROOT / part).rglob("*.py"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The Secrets of a release, decoded, by name."""
    folder = tmp_path_factory.mktemp("kubernetes")
    out = folder / "secrets.yaml"
    arguments = ["secrets", "--state", str(folder / "state"), "--out", str(out), "--release", "sk"]
    assert kubernetes.main(arguments) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    first = out.read_text()
    kubernetes.main(arguments)
    assert out.read_text() == first, "keys are made once"
    return {
        one["metadata"]["name"]: {key: base64.b64decode(value).decode() for key, value in one["data"].items()}
        for one in yaml.safe_load_all(first)
    }


def test_every_secret_that_the_chart_names_is_made(made: dict[str, dict[str, str]]) -> None:
    chart = release("default")
    named = {chart.named("Cluster", "postgres")["spec"]["superuserSecret"]["name"]}
    keys = []
    for _, pod, _ in chart.pods():
        named |= {one["secretRef"]["name"] for container in containers(pod) for one in container.get("envFrom", ())}
        held = [volume["secret"] for volume in pod.get("volumes", ()) if "secret" in volume]
        named |= {one["secretName"] for one in held}
        keys += [(one["secretName"], item["key"]) for one in held for item in one.get("items", ())]
    assert named == made.keys()
    assert all(key in made[name] for name, key in keys)


def test_identity_registers_the_public_half_of_every_services_key_before_it_serves(
    made: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    for name, text in made["sk-service-keys"].items():
        assert "PRIVATE" not in text
        (tmp_path / name).write_text(text)
    known = read_service_keys(tmp_path)
    for service in WITH_DATA:
        assert known[service] == [public_jwk_of_pem(made[f"sk-{service}"]["client-key.pem"].encode())]
    pod = release("default").named("Deployment", "identity")["spec"]["template"]["spec"]
    first, then = pod["initContainers"]
    assert "shared.kit.await_schema" in first["command"]
    assert then["command"][2:] == [
        "services.identity.bootstrap",
        "--no-code",
        "--service-keys",
        then["volumeMounts"][0]["mountPath"],
    ]
    [volume] = [one for one in pod["volumes"] if one["name"] == then["volumeMounts"][0]["name"]]
    assert volume["secret"]["secretName"] == "sk-service-keys"


def test_servers_of_somebody_else_are_named_in_the_secrets(tmp_path: Path) -> None:
    admin, redis_url = "postgresql://admin:pw@db.test/postgres", "rediss://:pw@redis.test:6380/0"
    found = {
        one["metadata"]["name"]: one["data"] for one in kubernetes.make_secrets(tmp_path, "sk", "x", admin, redis_url)
    }
    assert "sk-redis" not in found
    assert "sk-postgres-superuser" not in found
    assert base64.b64decode(found["sk-sync"]["SYNC_REDIS_URL"]).decode() == redis_url
    assert "@db.test/startklar_sync" in base64.b64decode(found["sk-sync"]["SYNC_DATABASE_URL"]).decode()


def test_a_service_holds_its_own_roles_and_the_owner_is_apart(made: dict[str, dict[str, str]]) -> None:
    for service in WITH_DATA:
        own = made[f"sk-{service}"]
        assert {key.partition("_")[0] for key in own} == {service.upper(), "client-key.pem"}
        assert f"//{service}_app:" in own[f"{service.upper()}_DATABASE_URL"]
        assert f"{service}_owner" not in json.dumps(own)
        assert list(made[f"sk-{service}-owner"]) == [f"{service.upper()}_OWNER_DATABASE_URL"]


@pytest.fixture
def guarded(made: dict[str, dict[str, str]], tmp_path: Path) -> Iterator[int]:
    """A Redis with the users of the release; its port."""
    users, port = tmp_path / "users.acl", free_port()
    users.write_text(made["sk-redis"]["users.acl"])
    program = str(find_redis())
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path), "--aclfile", str(users)]
    process = spawn(arguments, log=tmp_path / "log")
    try:
        wait_until(lambda: _listens(port), seconds=10)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    try:
        redis.Redis(port=port).ping()
    except redis.ConnectionError:
        return False
    except redis.RedisError:
        return True
    return True


def test_a_service_works_with_redis_and_cannot_administer_it(made: dict[str, dict[str, str]], guarded: int) -> None:
    url = made["sk-sync"]["SYNC_REDIS_URL"].replace("sk-redis:6379", f"127.0.0.1:{guarded}")
    sync = redis.Redis.from_url(url)
    assert sync.zadd("arq:training", {"job": 1}) == 1
    assert sync.psetex("arq:job:1", 1000, b"{}")
    assert sync.info("server")
    refused = redis.exceptions.NoPermissionError
    for forbidden in (("CONFIG", "GET", "*"), ("FLUSHALL",), ("ACL", "LIST"), ("KEYS", "*"), ("GET", "session:1")):
        with pytest.raises(refused):
            sync.execute_command(*forbidden)  # type: ignore[no-untyped-call]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=guarded).ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(url.replace("sync:", "projects:")).ping()


def test_the_charts_alerts_are_those_that_follow_from_the_service_levels(tmp_path: Path) -> None:
    written = tmp_path / "rules.yaml"
    kubernetes.write_rules(written)
    assert kubernetes.RULES.read_text() == written.read_text(), "run `python -m cli.kubernetes rules`"


def test_an_alert_counts_what_the_code_counts_at_a_bound_that_it_has() -> None:
    every = [rule for group in rules()["groups"] for rule in group["rules"]]
    for rule in every:
        for name in set(re.findall(r"startklar_\w+", rule["expr"])):
            known = re.sub("_(bucket|count|total)$", "", name)
            assert f'"{known}"' in CODE or f'"{name}"' in CODE, name
    slow = [rule["expr"] for rule in every if rule["alert"] == "StartklarRequestsSlow"]
    assert all(f'le="{LEVEL.seconds}"' in expression for expression in slow)
    assert f"{LEVEL.seconds}, 1, 2.5" in CODE, "the histogram has a bucket there"
    pages = [rule for rule in every if rule["alert"] == "StartklarRequestsFail"]
    assert [rule["labels"]["severity"] for rule in pages] == [burn.severity for burn in BURNS]


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path.startswith("/good") else 503)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


def test_the_test_of_a_release_names_who_is_not_ready(capsys: pytest.CaptureFixture[str]) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    assert kubernetes.main(["ready", json.dumps({"sync": f"{base}/good", "training": f"{base}/bad"})]) == 1
    assert capsys.readouterr().out == "not ready: training\n"
    assert kubernetes.main(["ready", json.dumps({"sync": f"{base}/good"})]) == 0
    server.shutdown()


def test_the_operators_image_can_run_it() -> None:
    """The job of `helm test` and the provisioning run in it."""
    listed = (ROOT / "requirements" / "cli.txt").read_text()
    assert re.search("^pyyaml==", listed, re.M)
    assert "helm" not in listed
