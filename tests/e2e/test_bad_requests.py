"""Clumsy and hostile requests: a problem that names the place and the mend, never a fault, and nothing half-written."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.house import ADMIN, LEADER, SUPPLIER, House, pointers, problem
from tests.e2e.projects import PLAN, PROJECTS, plan

pytestmark = pytest.mark.stack

DEEP = 100_000
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def nothing_is_made(house: House) -> Iterator[None]:
    """Whatever the test sends, there are as many projects afterwards."""
    before = len(house.each(PROJECTS))
    yield
    assert len(house.each(PROJECTS)) == before


UNREADABLE = {
    "cut off": b'{"name": ',
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"name":' * DEEP,
    "a number of five thousand digits": b'{"name": ' + b"9" * 5000 + b"}",
    "bytes that are no letters": b'{"name": "\xff\xfe"}',
    "two documents": b"{}{}",
}


@pytest.mark.parametrize("name", list(UNREADABLE))
def test_a_body_that_is_no_json_is_refused_with_what_to_send(house: House, nothing_is_made: None, name: str) -> None:
    told = problem(house.ask("POST", PROJECTS, content=UNREADABLE[name], headers=JSON), 400)
    assert pointers(told) == {"#"}
    assert "JSON" in told["detail"]


WRONG: dict[str, tuple[Any, set[str]]] = {
    "nothing": (None, {"#"}),
    "a list": ([], {"#"}),
    "a text": ("x", {"#"}),
    "wrong types": (PLAN | {"name": 5, "parties": {}}, {"#/name", "#/parties"}),
    "unknown fields": (PLAN | {"isAdmin": True, "tenantId": str(uuid4())}, {"#/isAdmin", "#/tenantId"}),
    "a month that is none": (PLAN | {"startMonth": "2027-13"}, {"#/startMonth"}),
    "a year before all plans": (PLAN | {"startMonth": "0001-01"}, {"#/startMonth"}),
    "a long name": (PLAN | {"name": "x" * 900_000}, {"#/name"}),
    "a blank name": (PLAN | {"name": " \t "}, {"#/name"}),
    "half a letter": (PLAN | {"name": "x\ud800y"}, {"#/name"}),
    "a NUL": (PLAN | {"name": "x\0y"}, {"#/name"}),
    "a NUL deep inside": (PLAN | {"parties": [{"side": "customer", "name": "\0"}]}, {"#/parties/0/name"}),
    "an option out of range": (
        PLAN | {"options": {"key_person_coverage_percent": 10**30}},
        {"#/options/key_person_coverage_percent"},
    ),
    "an option of no template": (PLAN | {"options": {"nope": 1}}, {"#/options/nope"}),
    "the same side twice": (PLAN | {"parties": [{"side": "customer", "name": "a"}] * 2}, {"#"}),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_wrong_input_is_refused_with_every_place(house: House, nothing_is_made: None, name: str) -> None:
    body, places = WRONG[name]
    told = problem(house.ask("POST", PROJECTS, content=json.dumps(body).encode(), headers=JSON), 422)
    assert pointers(told) == places, told
    assert all(error["detail"] and error["code"] for error in told["errors"])


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_a_body_of_another_media_type_is_refused_with_the_one_to_send(house: House, kind: str) -> None:
    answer = house.ask("POST", PROJECTS, content=json.dumps(PLAN).encode(), headers={"Content-Type": kind})
    told = problem(answer, 415)
    assert "application/json" in told["detail"]


def test_a_body_over_the_limit_is_refused_with_the_limit(house: House, nothing_is_made: None) -> None:
    told = problem(house.ask("POST", PROJECTS, content=b"x" * (1024 * 1024 + 1), headers=JSON), 413)
    assert "1 MiB" in told["detail"]


LETTERS = ["😀" * 200, "\u202eevil", "<script>alert(1)</script>", "'; DROP TABLE project; --", "ŋ č ع"]


@pytest.mark.parametrize("name", LETTERS)
def test_any_letters_come_back_as_they_were_sent(house: House, name: str) -> None:
    project = plan(house, name=name)
    assert house.read(f"{PROJECTS}/{project['id']}")["name"] == name


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=0",
        "limit=201",
        "limit=9999999999999999999999",
        "limit=abc",
        "limit=1.5",
        "limit=%F0%9F%92%A9",
    ],
)
def test_a_limit_out_of_range_is_refused(house: House, query: str) -> None:
    assert pointers(problem(house.ask("GET", f"{PROJECTS}?{query}"), 422)) == {"query:limit"}


@pytest.mark.parametrize("cursor", ["x", "%00", "A" * 2000, "eyJrIjpbIngiXX0", "..%5C..%5Cetc", "W10", "bnVsbA"])
def test_a_cursor_that_we_never_gave_is_refused(house: House, cursor: str) -> None:
    for path in (PROJECTS, "/sync/v1/persons", "/training/v1/courses", "/webhooks/v1/endpoints"):
        user = ADMIN if "webhooks" in path else LEADER
        assert pointers(problem(house.ask("GET", f"{path}?cursor={cursor}", user), 422)) == {"query:cursor"}


@pytest.mark.parametrize("path", ["x", "a" * 4000, "1", "-1", "null", "%27%20OR%201=1", "％"])
def test_an_id_that_is_none_is_refused(house: House, path: str) -> None:
    told = problem(house.ask("GET", f"{PROJECTS}/{path}"), 422)
    assert pointers(told) == {"path:projectId"}


def test_a_change_needs_the_version_that_it_is_based_on(house: House) -> None:
    project = plan(house)
    path = f"{PROJECTS}/{project['id']}"
    change = {"name": "Ändrad"}
    assert pointers(problem(house.ask("PATCH", path, json=change), 428)) == {"header:If-Match"}
    for stale in ('"0"', '"2"', '"9"', 'W/"1"', "*", "1", '"-1"', '"' + "9" * 40 + '"', '"1", "2"', "''"):
        problem(house.ask("PATCH", path, json=change, headers={"If-Match": stale}), 412, "stale-version")
    assert house.read(path)["name"] == PLAN["name"]
    crowd = ThreadPoolExecutor(8)
    with crowd:
        answers = list(
            crowd.map(
                lambda number: house.ask("PATCH", path, json={"name": f"{number}"}, headers={"If-Match": '"1"'}),
                range(8),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert house.read(path)["name"] == winner.json()["name"]


def test_an_idempotency_key_gives_the_first_answer_again_and_no_other(house: House) -> None:
    before = len(house.each(PROJECTS))
    key = {"Idempotency-Key": str(uuid4())}
    first = house.ask("POST", PROJECTS, json=PLAN, headers=key)
    again = house.ask("POST", PROJECTS, json=PLAN, headers=key)
    assert first.status_code == again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert [first.content, first.headers["etag"], first.headers["location"]] == [
        again.content,
        again.headers["etag"],
        again.headers["location"],
    ]
    told = problem(house.ask("POST", PROJECTS, json=PLAN | {"name": "Annan"}, headers=key), 422)
    assert (told["type"].rsplit("/", 1)[1], pointers(told)) == ("idempotency-key-reused", {"header:Idempotency-Key"})
    problem(house.ask("POST", f"{PROJECTS}?x=1", json=PLAN, headers=key), 422, "idempotency-key-reused")
    problem(house.ask("POST", PROJECTS, SUPPLIER, json=PLAN, headers=key), 403)
    for bad in ("", "x" * 256):
        told = problem(house.ask("POST", PROJECTS, json=PLAN, headers={"Idempotency-Key": bad}), 422)
        assert pointers(told) == {"header:Idempotency-Key"}
    assert len(house.each(PROJECTS)) == before + 1


def test_requests_that_race_under_one_key_have_one_effect(house: House) -> None:
    before = len(house.each(PROJECTS))
    key = {"Idempotency-Key": str(uuid4())}
    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda _: house.ask("POST", PROJECTS, json=PLAN, headers=key), range(6)))
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    for answer in answers:
        if answer.status_code != 201:
            problem(answer, 409, "request-in-flight")
    assert len(house.each(PROJECTS)) == before + 1


def test_plans_made_at_the_same_time_are_all_whole(house: House) -> None:
    with ThreadPoolExecutor(6) as crowd:
        made = list(crowd.map(lambda number: plan(house, name=f"Samtidig {number}")["id"], range(6)))
    sizes = {
        (
            len(house.each(f"{PROJECTS}/{one}/activities")),
            len(house.each(f"{PROJECTS}/{one}/phases")),
            len(house.each(f"{PROJECTS}/{one}/gates")),
        )
        for one in made
    }
    assert len(set(made)) == 6
    assert len(sizes) == 1


def test_texts_come_in_the_callers_language(house: House) -> None:
    titles = {
        lang: problem(house.ask("GET", f"{PROJECTS}/{uuid4()}", headers={"Accept-Language": lang}), 404)["title"]
        for lang in ("sv", "en", "da", "fr;q=1, sv;q=0.5")
    }
    assert len(set(titles.values())) == 3
    assert titles["sv"] == titles["fr;q=1, sv;q=0.5"]
