"""What the pages tell an operator, from Secrets to the first administrator, with the chart's own commands and settings:
databases are made, migrated and served in production's strictness, and the services know each other.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli import kubernetes
from cli.servers.postgres import PostgresServer
from cli.servers.processes import wait_until
from tests.deploy.chart import render
from tests.e2e.helm.node import Node

pytestmark = pytest.mark.browser
URL = "https://api.startklar.test"
VALUES = {
    "publicUrl": URL,
    "postgres": {"mode": "external", "external": {"cidrs": ["127.0.0.1/32"]}},
    "redis": {"mode": "external", "external": {"cidrs": ["127.0.0.1/32"]}},
}
ASK_FOR_A_TOKEN = """
import asyncio
from services.sync.settings import Settings
from shared.auth.service_tokens import build_token_source
print(asyncio.run(build_token_source(Settings()).token("identity")))
"""
PODS = ("startklar-identity", "startklar-sync", "startklar-sync-worker")


@pytest.fixture
def node(clean_redis: str, tmp_path: Path) -> Iterator[Node]:
    postgres = PostgresServer.temporary()
    postgres.start()
    given = kubernetes.make_secrets(tmp_path / "keys", "startklar", "startklar", postgres.admin_url, clean_redis)
    playing = Node(render(VALUES, "startklar"), given, tmp_path)
    try:
        yield playing
    finally:
        for process in playing.running.values():
            process.kill()
            process.wait()
        postgres.stop()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def test_from_secrets_to_the_first_administrator(node: Node) -> None:
    node.run_job("startklar-provision-")
    for service in ("identity", "sync"):
        node.run_job(f"startklar-{service}-migrate-")
    for name in PODS:
        node.start(name)
    urls = {name: f"http://{node.addresses[f'startklar-{name}']}:8000" for name in ("identity", "sync")}
    assert wait_until(lambda: kubernetes.not_ready(urls) == [], seconds=300), [node.said(name) for name in PODS]
    assert kubernetes.main(["ready", json.dumps(urls)]) == 0, "what `helm test` runs"

    worker = f"http://{node.addresses['startklar-sync-worker']}:9000/readyz"
    assert wait_until(lambda: answers(worker), seconds=300), node.said("startklar-sync-worker")

    token = node.execute("startklar-sync", "python", "-c", ASK_FOR_A_TOKEN).strip()
    feed = f"{urls['identity']}/internal/events"
    assert httpx.get(feed, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert httpx.get(feed).status_code == 401

    code = node.execute("startklar-identity", "python", "-m", "services.identity.bootstrap")
    assert len(code.strip()) > 20
    for name, status in node.stop().items():
        assert status in (0, -15), f"{name} ended with {status}: {node.said(name)}"
