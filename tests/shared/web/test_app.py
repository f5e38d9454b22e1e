"""What `build_app` promises, on the toy service with real commits."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from shared.auth.limits import RateLimiter
from shared.auth.scopes import Scope
from shared.kit.ids import new_id
from shared.kit.problems import Invalid
from shared.web import PageQuery, build_app
from tests.shared.web.toy.app import SPEC
from tests.support.services import ServiceUnderTest

PROBLEM = "application/problem+json"


async def write(toy: ServiceUnderTest, body: str = "hello", **headers: str) -> httpx.Response:
    return await toy.client.post("/toy/v1/notes", json={"body": body}, headers=toy.as_() | headers)


async def test_a_created_note_has_a_location_under_the_public_url_and_an_etag(toy: ServiceUnderTest) -> None:
    answer = await write(toy)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"http://gateway.test/toy/v1/notes/{answer.json()['id']}"
    assert answer.headers["etag"] == '"1"'


async def test_another_tenant_gets_404_for_a_note_that_exists(toy: ServiceUnderTest) -> None:
    note = (await write(toy)).json()["id"]
    stranger = await toy.client.get(f"/toy/v1/notes/{note}", headers=toy.as_(tenant=new_id()))
    assert stranger.status_code == 404
    assert (await toy.client.get("/toy/v1/notes", headers=toy.as_(tenant=new_id()))).json()["items"] == []


async def test_a_caller_without_a_token_is_challenged(toy: ServiceUnderTest) -> None:
    answer = await toy.client.get("/toy/v1/notes")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == PROBLEM


async def test_a_caller_without_the_scope_is_refused(toy: ServiceUnderTest) -> None:
    answer = await toy.client.get("/toy/v1/notes", headers=toy.as_(scopes=[Scope.projects_write]))
    assert answer.status_code == 403
    assert answer.json()["requiredScope"] == "projects:read"


async def test_who_may_not_call_is_told_so_whatever_else_is_wrong_with_the_request(toy: ServiceUnderTest) -> None:
    kind = {"Content-Type": "application/json"}
    nobody = await toy.client.post("/toy/v1/notes", content=b"{", headers=kind)
    reader = toy.as_(scopes=[Scope.projects_read])
    unfit = await toy.client.post("/toy/v1/notes", json={"body": ""}, headers=reader)
    pointless = await toy.client.patch("/toy/v1/notes/none", json={}, headers=reader)
    assert [nobody.status_code, unfit.status_code, pointless.status_code] == [401, 403, 403]


async def test_an_endpoint_gets_the_caller_whom_its_route_let_through(toy: ServiceUnderTest) -> None:
    subject = new_id()
    answer = await toy.client.get("/toy/v1/me", headers=toy.as_(subject=subject))
    assert answer.json() == {"subject": str(subject)}


def test_the_document_tells_what_a_route_asks_of_its_caller() -> None:
    document = build_app(SPEC).openapi()
    notes = document["paths"]["/notes"]
    asked = [notes[method]["security"] for method in ("get", "post")]
    assert asked == [[{"OAuth2": ["projects:read"]}], [{"OAuth2": ["projects:write"]}]]
    assert document["components"]["securitySchemes"]["OAuth2"]["type"] == "oauth2"
    assert "caller" not in json.dumps(notes)


async def test_a_change_needs_if_match_and_the_present_version(toy: ServiceUnderTest) -> None:
    url = f"/toy/v1/notes/{(await write(toy)).json()['id']}"
    without = await toy.client.patch(url, json={"body": "b"}, headers=toy.as_())
    first = await toy.client.patch(url, json={"body": "b"}, headers=toy.as_() | {"If-Match": '"1"'})
    stale = await toy.client.patch(url, json={"body": "c"}, headers=toy.as_() | {"If-Match": '"1"'})
    weak = await toy.client.patch(url, json={"body": "c"}, headers=toy.as_() | {"If-Match": 'W/"2"'})
    assert [without.status_code, first.status_code, stale.status_code, weak.status_code] == [428, 200, 412, 412]
    assert stale.json()["currentVersion"] == 2
    assert first.headers["etag"] == '"2"'


async def test_a_hundred_concurrent_changes_lose_no_update(toy: ServiceUnderTest) -> None:
    url = f"/toy/v1/notes/{(await write(toy)).json()['id']}"

    async def change() -> int:
        answer = await toy.client.patch(url, json={"body": "x"}, headers=toy.as_() | {"If-Match": '"1"'})
        return answer.status_code

    codes = await asyncio.gather(*(change() for _ in range(20)))
    assert sorted(codes) == [200] + [412] * 19


async def test_a_known_etag_answers_304_without_a_body(toy: ServiceUnderTest) -> None:
    url = f"/toy/v1/notes/{(await write(toy)).json()['id']}"
    answer = await toy.client.get(url, headers=toy.as_() | {"If-None-Match": '"0", "1"'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_pages_follow_the_next_link_to_the_end_without_gap_or_repeat(toy: ServiceUnderTest) -> None:
    written = {(await write(toy, str(number))).json()["id"] for number in range(7)}
    seen: list[str] = []
    url: str | None = "/toy/v1/notes?limit=3"
    while url:
        page = (await toy.client.get(url, headers=toy.as_())).json()
        assert page["_meta"] == {"limit": 3}
        seen += [item["id"] for item in page["items"]]
        following = page["_links"]["next"]
        url = following and following["href"].removeprefix("http://gateway.test")
    assert len(seen) == 7
    assert set(seen) == written


@pytest.mark.parametrize("cursor", ["x", "W10", "e30", "WyJub3QgYSB1dWlkIl0", "WyJhIiwiYiJd", "%00", "WyJcdWQ4MDAiXQ"])
async def test_a_cursor_that_we_did_not_make_is_named(toy: ServiceUnderTest, cursor: str) -> None:
    answer = await toy.client.get(f"/toy/v1/notes?cursor={cursor}", headers=toy.as_())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "query:cursor"


async def test_a_repeated_key_gets_the_first_answer_and_no_second_effect(toy: ServiceUnderTest) -> None:
    first = await write(toy, "once", **{"Idempotency-Key": "k1"})
    caller = {"Authorization": first.request.headers["authorization"], "Idempotency-Key": "k1"}
    again = await toy.client.post("/toy/v1/notes", json={"body": "once"}, headers=caller)
    other = await toy.client.post("/toy/v1/notes", json={"body": "twice"}, headers=caller)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["type"].rsplit("/", 1)[1]) == (422, "idempotency-key-reused")
    assert len((await toy.client.get("/toy/v1/notes", headers=toy.as_())).json()["items"]) == 1


async def test_concurrent_requests_with_one_key_have_one_effect(toy: ServiceUnderTest) -> None:
    headers = toy.as_() | {"Idempotency-Key": "race"}
    answers = await asyncio.gather(
        *(toy.client.post("/toy/v1/notes", json={"body": "r"}, headers=headers) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(answer.headers["retry-after"] == "1" for answer in answers if answer.status_code == 409)
    assert len((await toy.client.get("/toy/v1/notes", headers=toy.as_())).json()["items"]) == 1


async def test_a_key_of_somebody_else_is_another_key(toy: ServiceUnderTest) -> None:
    await write(toy, "mine", **{"Idempotency-Key": "k"})
    theirs = await write(toy, "theirs", **{"Idempotency-Key": "k"})
    assert theirs.json()["body"] == "theirs"


BAD_BODIES: list[tuple[bytes, int, str]] = [
    (b"{", 400, "#"),
    (b"[]", 422, "#"),
    (b"{}", 422, "#/body"),
    (b'{"body": 7}', 422, "#/body"),
    (b'{"body": "a", "boddy": "b"}', 422, "#/boddy"),
    (json.dumps({"body": "a" * 101}).encode(), 422, "#/body"),
    (b'{"body": "\\u0000"}', 422, "#/body"),
]


@pytest.mark.parametrize(("body", "status", "pointer"), BAD_BODIES)
async def test_a_bad_body_is_a_problem_that_names_the_place(
    toy: ServiceUnderTest, body: bytes, status: int, pointer: str
) -> None:
    headers = toy.as_() | {"Content-Type": "application/json", "Accept-Language": "sv"}
    answer = await toy.client.post("/toy/v1/notes", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_body_over_the_limit_is_refused_whether_it_says_so_or_not(toy: ServiceUnderTest) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    declared = await toy.client.post("/toy/v1/notes", content=b" " * 2_000_000, headers=toy.as_())
    streamed = await toy.client.post("/toy/v1/notes", content=chunks(), headers=toy.as_())
    assert [declared.status_code, streamed.status_code] == [413, 413]
    assert declared.json()["type"].endswith("/too-large")


async def test_the_limit_of_bodies_is_the_running_processes_setting(toy: ServiceUnderTest) -> None:
    held = toy.app.state.runtime
    small = held.settings.model_copy(update={"max_body_bytes": 2048})
    toy.app.state.runtime = dataclasses.replace(held, settings=small)
    answer = await toy.client.post("/toy/v1/notes", content=b" " * 4096, headers=toy.as_())
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        (int, "99999999999"),
        (int, "x"),
        (datetime.fromisoformat, "0001-01-01T00:00:00+23:00"),
        (datetime.fromisoformat, "9999-12-31T23:59:59-23:00"),
    ],
)
def test_a_cursor_with_a_value_that_no_row_can_hold_is_the_callers_error(parse: Any, value: str) -> None:
    with pytest.raises(Invalid):
        PageQuery(20, (value,)).keys(parse)


async def test_a_hot_read_that_loses_its_connection_is_unavailable_and_no_fault_of_ours(toy: ServiceUnderTest) -> None:
    @toy.app.get("/lost")
    async def lost() -> None:
        await toy.database.hot_rows(toy.tenant, "SELECT pg_terminate_backend(pg_backend_pid()) LIMIT 1")

    answer = await toy.client.get("/lost")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_an_unforeseen_error_tells_the_caller_nothing_about_it(
    toy: ServiceUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await toy.client.get("/toy/v1/boom", headers=toy.as_())
    captured = capsys.readouterr()
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Testsson" not in answer.text + captured.err + captured.out
    lines = (captured.out + captured.err).splitlines()
    fault = next(line for line in lines if "unforeseen" in line)
    assert answer.headers["traceparent"][3:35] in fault, "whoever reports the fault can name its line"
    assert any("/toy/v1/boom" in line and "request" in line for line in lines), "told by its template"


async def test_problems_speak_the_callers_language(toy: ServiceUnderTest) -> None:
    headers = toy.as_() | {"Accept-Language": "da, en;q=0.5"}
    answer = await toy.client.get(f"/toy/v1/notes/{new_id()}", headers=headers)
    assert (answer.json()["title"], answer.headers["content-language"]) == ("Findes ikke", "da")


async def test_unknown_paths_and_methods_are_problems_too(toy: ServiceUnderTest) -> None:
    unknown = await toy.client.get("/toy/v1/nothing")
    method = await toy.client.delete("/toy/v1/notes")
    assert [unknown.status_code, method.status_code] == [404, 405]
    assert {unknown.headers["content-type"], method.headers["content-type"]} == {PROBLEM}
    assert method.headers["allow"]


async def test_a_trace_is_continued_and_a_broken_one_replaced(toy: ServiceUnderTest) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    child = (await toy.client.get("/livez", headers={"traceparent": parent})).headers["traceparent"]
    fresh = (await toy.client.get("/livez", headers={"traceparent": "00-zz"})).headers["traceparent"]
    assert child[:36] == parent[:36]
    assert child != parent
    assert len(fresh) == 55


async def test_api_info_names_the_api_without_a_token(toy: ServiceUnderTest) -> None:
    answer = (await toy.client.get("/toy/v1/api-info")).json()
    assert (answer["apiName"], answer["apiVersion"], answer["apiStatus"]) == ("toy", "1.0.0", "active")


async def test_the_probes_tell_a_lost_database_from_a_lost_process(toy: ServiceUnderTest) -> None:
    assert (await toy.client.get("/readyz")).status_code == 200
    await toy.database.stop()
    toy.app.state.runtime.database = type(toy.database)(toy.urls.app.replace(toy.urls.name, "gone"))
    assert (await toy.client.get("/livez")).status_code == 200
    assert (await toy.client.get("/readyz")).status_code == 503


async def test_each_answer_tells_how_often_the_caller_may_still_ask_and_the_last_is_refused(
    toy: ServiceUnderTest,
) -> None:
    toy.app.state.runtime.resources[RateLimiter] = RateLimiter(per_minute=2)
    mine, theirs = toy.as_(), toy.as_()
    answers = [await toy.client.get("/toy/v1/notes", headers=mine) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["ratelimit"].startswith('"caller";r=1;t=')
    assert answers[0].headers["ratelimit-policy"] == '"caller";q=2;w=60'
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert answers[2].json()["type"].endswith("/too-many-requests")
    assert (await toy.client.get("/toy/v1/notes", headers=theirs)).status_code == 200


@pytest.mark.parametrize(
    ("body", "swedish"),
    [
        ({}, "Uppgiften krävs"),
        ({"body": 7}, "Ska vara en text"),
        ({"body": "a" * 101}, "Högst 100 tecken"),
        ({"body": "a", "boddy": 1}, "Okänd uppgift; rätta stavningen eller ta bort den"),
    ],
)
async def test_each_wrong_place_is_explained_in_the_callers_language(
    toy: ServiceUnderTest, body: dict[str, object], swedish: str
) -> None:
    answer = await toy.client.post("/toy/v1/notes", json=body, headers=toy.as_() | {"Accept-Language": "sv"})
    assert [error["detail"] for error in answer.json()["errors"]] == [swedish]


async def test_every_route_is_ready_before_the_first_request(
    toy: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = build_app(SPEC, toy.settings, alone=False)
    async with app.router.lifespan_context(app):
        monkeypatch.delattr("fastapi.routing._EffectiveRouteContext.from_api_route")
        app.state.runtime = toy.app.state.runtime
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://toy.test", headers=toy.as_()) as client:
            assert (await client.get("/toy/v1/notes")).status_code == 200
