"""Pulling a roster over OneRoster REST: the same rows as the CSV package, and never half a roster taken for a whole."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cli.demo_roster import Municipality
from services.sync.fetching.errors import DeliveryTooLarge, SourceAnswered, SourceAway, SourceMoved, SourceRefused
from tests.support.registers import Faults, OneRosterRegister, served
from tests.support.registers.base import CLIENT_ID, CLIENT_SECRET
from tests.support.registers.oneroster import BASE
from tests.support.services import Start
from tests.sync.fetching.harness import Brought, answering, bring, declare, fetch, touch
from tests.sync.town import member, oneroster_zip, town
from tests.sync.work import load, read

SECRET = {"clientSecret": CLIENT_SECRET}


def settings(url: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "oneroster_rest",
        "baseUrl": url + BASE,
        "tokenUrl": url + "/token",
        "clientId": CLIENT_ID,
        "pageSize": 25,
    } | more


async def pull(register: OneRosterRegister, secret: dict[str, str] = SECRET, **more: Any) -> Brought:
    async with served(register.app) as url:
        return await bring(settings(url, **more), secret)


def told(content: bytes, name: str, column: str) -> list[str]:
    return sorted(row[column] for row in csv.DictReader(io.StringIO(member(content, name).decode("utf-8-sig"))))


async def test_a_pull_brings_the_rows_of_the_csv_package() -> None:
    municipality = town()
    package = oneroster_zip(municipality)
    brought = await pull(OneRosterRegister(municipality))
    for name, column in {
        "orgs.csv": "sourcedId",
        "users.csv": "userIds",
        "roles.csv": "metadata.schoolForm",
        "classes.csv": "schoolSourcedId",
        "enrollments.csv": "userSourcedId",
    }.items():
        assert sorted(row[column] for row in brought.rows(name)) == told(package, name, column), name
    assert brought.fetched.incomplete == frozenset()
    users = brought.fetched.proof["collections"]["users"]
    assert users["rows"] == users["before"] == users["after"] == len(brought.rows("users.csv"))
    assert users["pages"] > 1


async def test_what_rest_brings_after_the_package_changes_nothing(committed_service: Start) -> None:
    municipality = town(30)
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(municipality), source="elevregister")
    async with served(OneRosterRegister(municipality).app) as url:
        source_id = await declare(sync, settings(url), credentials=SECRET)
        fetched = await fetch(sync, source_id)
    run = await read(sync, f"/sync/v1/runs/{fetched['runId']}")
    changed = {
        kind: numbers
        for kind, numbers in run["counts"].items()
        if numbers["created"] or numbers["changed"] or numbers["ended"]
    }
    assert changed == {}
    assert run["counts"]["person"]["unchanged"] > 0


async def test_a_token_that_expires_midway_is_replaced() -> None:
    register = OneRosterRegister(town(), Faults(expiring=3))
    brought = await pull(register)
    assert len(register.tokens) > 2
    assert brought.fetched.incomplete == frozenset()


async def test_a_busy_service_is_waited_for() -> None:
    register = OneRosterRegister(town(10), Faults(limited=3))
    assert (await pull(register)).rows("users.csv")


async def test_a_service_that_stays_busy_is_left() -> None:
    with pytest.raises(SourceAway):
        await pull(OneRosterRegister(town(10), Faults(limited=50)))


async def test_wrong_client_credentials_are_refused() -> None:
    with pytest.raises(SourceRefused):
        await pull(OneRosterRegister(town(10)), {"clientSecret": "another"})


def joining(register: OneRosterRegister, times: int) -> Callable[[str], None]:
    """Somebody joins while users are being read, so many times."""
    left = [times]

    def join(name: str) -> None:
        if name == "users" and left[0]:
            left[0] -= 1
            new = dict(register.rows["users"][0], sourcedId=f"ny{left[0]}")
            register.rows["users"].insert(0, new)

    return join


async def test_a_total_that_moves_during_the_pull_begins_it_anew() -> None:
    register = OneRosterRegister(town())
    register.faults.moving = joining(register, 1)
    brought = await pull(register)
    assert brought.fetched.proof["pulls"] == 2
    assert len(brought.rows("users.csv")) == len(register.rows["users"])


async def test_a_source_that_never_stands_still_is_given_up() -> None:
    register = OneRosterRegister(town())
    register.faults.moving = joining(register, 1_000_000)
    with pytest.raises(SourceMoved):
        await pull(register)


@pytest.mark.parametrize("faults", [Faults(duplicated=True), Faults(lost_page=2)])
async def test_pages_that_repeat_or_are_lost_are_never_taken_for_the_whole(faults: Faults) -> None:
    with pytest.raises(SourceMoved):
        await pull(OneRosterRegister(town(), faults))


async def test_a_collection_that_is_closed_to_us_ends_nobody() -> None:
    brought = await pull(OneRosterRegister(town(10), Faults(forbidden={"classes"})))
    assert brought.fetched.incomplete == {"group"}
    assert brought.rows("classes.csv") == []
    assert brought.fetched.notes == ("classes is not open to us",)


async def test_a_field_that_is_withheld_is_no_column() -> None:
    """An empty column would say that nobody has the value any more."""
    brought = await pull(OneRosterRegister(town(10), Faults(hidden={"users": {"email", "userIds"}})))
    assert "email" not in brought.rows("users.csv")[0]
    assert "userIds" not in brought.rows("users.csv")[0]
    assert "username" in brought.rows("users.csv")[0]


async def test_what_is_to_be_deleted_is_left_out_also_by_a_service_without_filters() -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "orgs": [{"sourcedId": "o1", "status": "active", "name": "Skolan", "type": "school"}],
        "users": [
            {"sourcedId": "a", "status": "active", "givenName": "Ada", "familyName": "Berg", "roles": []},
            {"sourcedId": "b", "status": "tobedeleted", "givenName": "Bo", "familyName": "Berg", "roles": []},
        ],
        "classes": [],
        "enrollments": [],
    }

    async def plain(request: Request) -> Response:
        if request.url.path == "/token":
            return JSONResponse({"access_token": "t", "token_type": "Bearer"})
        if "filter" in request.query_params:
            return JSONResponse({}, 400)
        name = request.url.path.rsplit("/", 1)[-1]
        start = int(request.query_params["offset"])
        return JSONResponse({name: rows[name][start:]}, headers={"X-Total-Count": str(len(rows[name]))})

    async with answering(plain) as url:
        brought = await bring(settings(url), SECRET)
    assert [row["sourcedId"] for row in brought.rows("users.csv")] == ["a"]


async def test_without_a_count_nothing_is_proved() -> None:
    async def uncounted(request: Request) -> Response:
        if request.url.path == "/token":
            return JSONResponse({"access_token": "t", "token_type": "Bearer"})
        name = request.url.path.rsplit("/", 1)[-1]
        rows = [] if request.query_params["offset"] != "0" else [{"sourcedId": "x", "status": "active", "roles": []}]
        return JSONResponse({name: rows})

    async with answering(uncounted) as url:
        brought = await bring(settings(url), SECRET)
    assert {"unit", "person", "enrolment", "group", "membership"} <= brought.fetched.incomplete


JSON = "application/json"
ODD_ROW = {"sourcedId": "a", "givenName": {"x": 1}, "name": [1]}


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (200, "text/html", "<html>"),
        (200, JSON, "[1, 2]"),
        (200, JSON, '{"NAME": {"a": 1}}'),
        (200, JSON, '{"NAME": ["a"]}'),
        (200, JSON, json.dumps({"NAME": [ODD_ROW]})),
        (200, JSON, '{"a":' + "[" * 100_000),
        (302, JSON, ""),
    ],
)
async def test_answers_of_another_shape_are_refused(status: int, media_type: str, body: str) -> None:
    async def odd(request: Request) -> Response:
        if request.url.path == "/token":
            return JSONResponse({"access_token": "t", "token_type": "Bearer"})
        name = request.url.path.rsplit("/", 1)[-1]
        if request.query_params["offset"] != "0":
            return JSONResponse({name: []})
        return Response(body.replace("NAME", name), status, {"X-Total-Count": "1"}, media_type)

    async with answering(odd) as url:
        with pytest.raises(SourceAnswered):
            await bring(settings(url), SECRET)


async def test_a_service_without_end_is_cut_off() -> None:
    async def endless(request: Request) -> Response:
        if request.url.path == "/token":
            return JSONResponse({"access_token": "t", "token_type": "Bearer"})
        name = request.url.path.rsplit("/", 1)[-1]
        start = int(request.query_params["offset"])
        rows = [{"sourcedId": f"{start + place}", "name": "x" * 2000} for place in range(25)]
        return JSONResponse({name: rows})

    async with answering(endless) as url:
        with pytest.raises(DeliveryTooLarge):
            await bring(settings(url), SECRET, 1 << 16)


async def test_a_test_of_the_connection_counts_what_is_there() -> None:
    municipality: Municipality = town(10)
    register = OneRosterRegister(municipality, Faults(forbidden={"enrollments"}))
    async with served(register.app) as url:
        seen = await touch(settings(url), SECRET)
    assert seen["users"] == len(register.rows["users"])
    assert seen["enrollments"] == "not permitted"
