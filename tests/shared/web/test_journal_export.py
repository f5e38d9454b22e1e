"""The journal as a file, in any service: the same entries for the same callers as the list, and who took it is kept."""

import csv
import io
import json
from typing import Any

import pytest

from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.web import journal
from tests.support.services import ServiceUnderTest, Start

PATH = "/projects/v1/journal-entries"


@pytest.fixture
async def projects(service: Start) -> ServiceUnderTest:
    """A service with a journal."""
    return await service("projects")


async def write(service: ServiceUnderTest, count: int, reason: str = "därför") -> None:
    async with service.database.transaction(service.tenant) as session:
        for number in range(count):
            await record(session, "gate.pass", "gate", new_id(), after={"number": number}, reason=reason)


async def take(service: ServiceUnderTest, accept: str, path: str = PATH, **claims: Any) -> Any:
    headers = service.as_(claims.pop("role", "auditor@*"), **claims) | {"Accept": accept}
    return await service.client.get(path, headers=headers)


async def test_the_file_holds_what_the_list_holds_and_no_formula(projects: ServiceUnderTest) -> None:
    await write(projects, 3, reason="=cmd()")
    listed = (await take(projects, "application/json")).json()["items"]
    lines = await take(projects, "application/x-ndjson")
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    assert lines.headers["cache-control"] == "no-store"
    assert [json.loads(line) for line in lines.text.splitlines()][1:] == listed  # and that it was taken
    table = await take(projects, "text/csv", f"{PATH}?entityId={listed[0]['entityId']}")
    (row,) = csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=";")
    assert (row["id"], row["reason"], json.loads(row["after"])) == (listed[0]["id"], "'=cmd()", {"number": 2})
    taken = [one for one in (await take(projects, "*/*")).json()["items"] if one["action"] == "journal.exported"]
    assert [one["after"]["format"] for one in taken] == ["text/csv", "application/x-ndjson"]


async def test_what_does_not_fit_into_a_file_is_one_link_away(
    projects: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(projects, 5)
    monkeypatch.setattr(journal, "MOST", 4)
    monkeypatch.setattr(journal, "_PIECE", 3)
    whole = [one["id"] for one in (await take(projects, "*/*")).json()["items"]]
    first = await take(projects, "application/x-ndjson")
    ids = [json.loads(line)["id"] for line in first.text.splitlines()]
    assert len(ids) == 4
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    rest = await take(projects, "application/x-ndjson", link[1:].partition(">")[0].replace("http://gateway.test", ""))
    assert "link" not in rest.headers
    ids += [json.loads(line)["id"] for line in rest.text.splitlines()]
    assert ids[1:] == whole


async def test_nobody_takes_a_file_who_may_not_read_the_list(projects: ServiceUnderTest) -> None:
    await write(projects, 1)
    for claims, status in (
        ({"role": "participant@*"}, 403),
        ({"role": f"auditor@{new_id()}"}, 403),
        ({"acr": "urn:startklar:loa:basic"}, 401),
        ({"scopes": ("projects:read",)}, 403),
    ):
        assert (await take(projects, "text/csv", **claims)).status_code == status, claims
    elsewhere = await take(projects, "application/x-ndjson", tenant=new_id())
    assert "gate.pass" not in elsewhere.text
    assert (await take(projects, "image/png")).status_code == 406
