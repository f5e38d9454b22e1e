"""Our statements are taken, kept and given back by a learning record store by others: Ralph (OpenFun), on files."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.kit import clock
from tests.benchmarks.servers import free_port
from tests.support.databases import ROOT
from tests.support.services import ServiceUnderTest, Start
from tests.training.statement.store import PASSWORD, USER, Store
from tests.training.statement.test_telling import attended, register, seen, tell

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent
VENV = ROOT / ".venv" / "ralph"
PYTHON = str(VENV / "bin" / "python")
_HASH = "import bcrypt, sys; print(bcrypt.hashpw(sys.argv[1].encode(), bcrypt.gensalt(4)).decode())"
_START_SECONDS = 60


@pytest.fixture(scope="module")
def ralph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A server of its own, installed as the lock file says, whose libraries are others than ours."""
    if not VENV.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    lock = str(FOLDER / "requirements.txt")
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
    folder, port = tmp_path_factory.mktemp("ralph"), free_port()
    hashed = subprocess.run([PYTHON, "-c", _HASH, PASSWORD], check=True, capture_output=True, text=True).stdout.strip()
    agent = {"objectType": "Agent", "account": {"homePage": "https://example.org", "name": USER}}
    login = {"username": USER, "hash": hashed, "scopes": ["all"], "agent": agent}
    (folder / "auth.json").write_text(json.dumps([login]))
    files = {"DIRECTORY_PATH": str(folder), "LRS_FILE": "statements.jsonl"}
    environment = {"RALPH_AUTH_FILE": str(folder / "auth.json"), "RALPH_RUNSERVER_BACKEND": "fs"}
    environment |= {f"RALPH_BACKENDS__LRS__FS__DEFAULT_{name}": value for name, value in files.items()}
    with (folder / "log").open("wb") as log:
        command = [PYTHON, "-m", "uvicorn", "ralph.api:app", "--port", str(port)]
        server = subprocess.Popen(command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log)
    store = Store(url=f"http://127.0.0.1:{port}/xAPI")
    try:
        _wait(server, f"http://127.0.0.1:{port}/__lbheartbeat__", folder / "log")
        yield store
    finally:
        server.terminate()
        server.wait(_START_SECONDS)


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(log.read_text())


@pytest.fixture
async def training(service: Start) -> ServiceUnderTest:
    return await service("training")


def kept(ralph: Store) -> dict[str, Any]:
    """The statements as the store gives them to anybody who asks for all."""
    headers = {"X-Experience-API-Version": "1.0.3"}
    answer = httpx.get(f"{ralph.url}/statements?limit=100", auth=(USER, PASSWORD), headers=headers)
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["statements"]}


async def test_a_record_store_by_others_keeps_each_statement_once(training: ServiceUnderTest, ralph: Store) -> None:
    await attended(training)
    assert (await register(training, ralph)).status_code == 201
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert await tell(training) == 5
        verbs = sorted(one["verb"]["id"].rpartition("/")[2] for one in kept(ralph).values())
        assert verbs == ["attended", "attended", "completed", "registered", "registered"]
        async with training.database.transaction(training.tenant) as session:
            await session.execute(text("DELETE FROM statement WHERE id IN (SELECT id FROM statement LIMIT 2)"))
        before = kept(ralph)
        assert await tell(training) == 2, "a worker that died after the answer tells the same again"
        assert kept(ralph) == before
    shown = await seen(training)
    assert (shown["stored"], shown["waiting"], shown["failures"]) == (5, 0, 0)
    names = {one["actor"]["account"]["name"] for one in before.values()}
    assert len(names) == 2
