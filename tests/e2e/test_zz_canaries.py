"""Whatever callers send, and whatever goes wrong with it, no log, trace, metric, queue or job repeats it.

Values that nobody could have made up go into every place of every write route, and into files, forms and addresses;
constraints that are added for a moment make the database refuse rows with them. Then everything that operators and
programs read is searched for them, in the forms in which they could stand there.
"""

import asyncio
import base64
import json
import re
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from cli.servers.postgres import PostgresServer
from cli.stack.plan import read_plan
from tests.e2e.deliveries import uploaded, with_users
from tests.e2e.house import ADMIN, LEADER, REGISTER, House, wait
from tests.e2e.projects import PLAN, PROJECTS
from tests.support.collector import Collector

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
CANARIES = {
    "name": "Kanarina Fjäderdotter",
    "mail": "kanarina.fjaderdotter@kvitter.example.se",
    "number": "20140131-2385",
    "password": "Kanaripipip-8841-lösen",
    "secret": "whsec_kanarihemligt8841",
    "token": "eyJhbGciOiJFUzI1NiJ9.a2FuYXJpMjM4NQ.kanarisignatur8841",
    "text": "kanarifritext8841",
}
_PLAIN = CANARIES["text"]
# Which program called is told, so that the search has something to find.
_PROGRAM = "kanarisedd8841"
_WRITES = ("post", "put", "patch", "delete")


def _spoilt(value: Any, word: str) -> Any:
    """The value with the canary in the place of each text."""
    if isinstance(value, dict):
        return {key: _spoilt(item, word) for key, item in value.items()}
    if isinstance(value, list):
        return [_spoilt(item, word) for item in value]
    return word if isinstance(value, str) else value


def _requests() -> Iterator[tuple[str, str, Any]]:
    """Every operation that writes, as method, path and body; its examples with canaries in every text."""
    words = list(CANARIES.values())
    for service in read_plan().services:
        document: dict[str, Any] = json.loads((ROOT / "openapi" / f"{service}.json").read_text())
        for path, operations in document["paths"].items():
            for method in _WRITES:
                if method in operations:
                    content: dict[str, Any] = operations[method].get("requestBody", {}).get("content", {})
                    ref = next((one["schema"].get("$ref", "") for one in content.values()), "")
                    schema = document["components"]["schemas"].get(ref.rpartition("/")[2], {})
                    here = re.sub(r"\{\w+\}", "01890000-0000-7000-8000-000000000000", path)
                    word = words[len(path) % len(words)]
                    yield method.upper(), f"/{service}/v1{here}", _spoilt(schema.get("example", {}), word)


def _everywhere(house: House) -> None:
    headers = {"Referer": f"https://app.test/?q={_PLAIN}", "Cookie": f"session={CANARIES['secret']}"}
    house.ask("GET", PROJECTS, LEADER, headers={"User-Agent": _PROGRAM})
    query = {"q": CANARIES["name"], "access_token": CANARIES["token"]}
    answered = set()
    for method, path, body in _requests():
        answer = house.ask(method, path, ADMIN, json=body, params=query, headers=headers | {"If-Match": '"1"'})
        answered.add(answer.status_code)
    assert {403, 404, 422} <= answered, answered
    for path in (
        PROJECTS,
        "/sync/v1/uploads",
        "/identity/v1/clients",
        "/webhooks/v1/endpoints",
        "/training/v1/courses",
    ):
        half = f'{{"name": "{CANARIES["name"]}", "civicNo": "{CANARIES["number"]}", '.encode()
        house.ask("POST", path, ADMIN, content=half, headers=headers | {"Content-Type": "application/json"})
        house.ask("POST", path, None, headers={"Authorization": f"Bearer {CANARIES['token']}"}, json={"a": _PLAIN})


def _sign_in_wrong(house: House) -> None:
    saml = base64.b64encode(f"<Response><NameID>{CANARIES['mail']}</NameID>{_PLAIN}</Response>".encode()).decode()
    forms = (
        ("/oauth2/token", {"grant_type": "authorization_code", "code": _PLAIN, "client_secret": CANARIES["secret"]}),
        ("/oauth2/token", {"grant_type": "refresh_token", "refresh_token": CANARIES["token"], "client_id": _PLAIN}),
        ("/oauth2/revoke", {"token": CANARIES["token"]}),
        ("/oauth2/introspect", {"token": CANARIES["token"]}),
        ("/saml/acs", {"SAMLResponse": saml, "RelayState": _PLAIN}),
        ("/oauth2/login", {"username": CANARIES["mail"], "password": CANARIES["password"]}),
    )
    for path, form in forms:
        house.client.post(path, data=form)
        house.client.get(path, params=form)
    for path in (f"/projects/v1/calendar-files/{_PLAIN}", f"/training/v1/calendar-files/{_PLAIN}.ics"):
        house.client.get(path)


@contextmanager
def _refusing(house: House, service: str, statements: tuple[str, str]) -> Iterator[None]:
    """The database refuses rows with canaries meanwhile, and says so with the whole row."""

    async def run(statement: str) -> None:
        url = PostgresServer(house.places.postgres).admin_url
        connection = await asyncpg.connect(url, database=f"startklar_{service}")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run(statements[0]))
    try:
        yield
    finally:
        asyncio.run(run(statements[1]))


def _a_row_is_refused(house: House) -> None:
    made = "ALTER TABLE project ADD CONSTRAINT ck_canary CHECK (name NOT LIKE 'Kanarina%') NOT VALID"
    with _refusing(house, "projects", (made, "ALTER TABLE project DROP CONSTRAINT ck_canary")):
        answer = house.ask("POST", PROJECTS, LEADER, json=PLAN | {"name": CANARIES["name"]})
    assert answer.status_code == 500
    assert CANARIES["name"] not in answer.text


def _a_job_fails(house: House) -> None:
    """A register's delivery with canaries: read by a child, refused by the database in the middle of the work."""

    def named(users: str) -> bytes:
        head, first, *rest = users.splitlines(keepends=True)
        columns = head.strip().replace('"', "").split(",")
        cells = first.rstrip("\r\n").split(",")
        given = {"givenName": "Kanarina", "familyName": "Fjäderdotter", "email": CANARIES["mail"]}
        for column, value in given.items():
            cells[columns.index(column)] = f'"{value}"'
        return (head + ",".join(cells) + "\r\n" + "".join(rest)).encode()

    upload = uploaded(house, with_users(named))
    made = "ALTER TABLE planned_person ADD CONSTRAINT ck_canary CHECK (given_name <> 'Kanarina') NOT VALID"
    with _refusing(house, "sync", (made, "ALTER TABLE planned_person DROP CONSTRAINT ck_canary")):
        run = house.ask("POST", "/sync/v1/runs", REGISTER, json={"uploadId": upload})
        assert run.status_code in (201, 202), run.text
        log = house.places.logs / "sync-worker.log"
        wait(lambda: "job failed" in log.read_text(), "the job fails", seconds=60)


def _told(house: House, collector: Collector) -> Iterator[tuple[str, bytes]]:
    """Everything that is read by operators, programs and other services."""
    for log in (*house.places.logs.iterdir(), Path(f"{house.places.postgres}.log"), *house.places.redis.rglob("*")):
        if log.is_file():
            yield log.name, log.read_bytes()
    yield "traces", b"".join(collector.raw)
    ports = json.loads(house.places.ports.read_text())
    for name, port in ports.items():
        if name.endswith("-metrics") and name != "demo-idp-metrics":
            yield name, httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).content
    yield from asyncio.run(_rows(house))


async def _rows(house: House) -> list[tuple[str, bytes]]:
    found = []
    for service in read_plan().with_data:
        url = PostgresServer(house.places.postgres).admin_url
        connection = await asyncpg.connect(url, database=f"startklar_{service}")
        try:
            for table in ("job", "outbox", "event_log", "parked_event"):
                rows = await connection.fetch(f"SELECT row_to_json({table})::text AS row FROM {table}")
                found.append((f"{service}.{table}", "\n".join(each["row"] for each in rows).encode()))
        finally:
            await connection.close()
    return found


def _forms(value: str) -> set[bytes]:
    """How a value can stand in a line: as it is, as JSON and Python escape it, as a URL does, as base64."""
    quoted = {
        value,
        json.dumps(value)[1:-1],
        ascii(value)[1:-1],
        urllib.parse.quote(value),
        urllib.parse.quote_plus(value),
    }
    return {one.encode() for one in quoted} | {base64.b64encode(value.encode()).rstrip(b"=")[:-1]}


def test_no_log_trace_metric_queue_or_job_repeats_what_callers_sent(house: House, collector: Collector) -> None:
    _everywhere(house)
    _sign_in_wrong(house)
    _a_row_is_refused(house)
    _a_job_fails(house)
    mark = house.ask("GET", PROJECTS, LEADER).headers["traceparent"][3:35]
    # The last request is in the gateway's log and in its spans, which come last: so is everything before it.
    wait(lambda: any(span.service == "gateway" for span in collector.of(mark)), "every span has come")
    wait(lambda: mark in (house.places.logs / "gateway.log").read_text(), "every line has come")
    told = list(_told(house, collector))
    assert any(b"unforeseen error" in content for _, content in told), "the fault is told, without the row"
    assert [name for name, content in told if _PROGRAM.encode() in content] == ["gateway.log"]
    forms = {form for value in CANARIES.values() for form in _forms(value)} | {
        "Fjäderdotter".encode(),
        b"kanarisignatur",
    }
    leaks = [(name, form, _around(content, form)) for name, content in told for form in forms if form in content]
    assert leaks == []


def _around(content: bytes, form: bytes) -> str:
    at = content.index(form)
    return content[max(0, at - 200) : at + 100].decode(errors="replace")
