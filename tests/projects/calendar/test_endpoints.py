"""Calendars over HTTP."""

from typing import Any

import httpx
import pytest

from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER, Rollout

NOBODY = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
BREAK = {
    "kind": "school_break",
    "title": {"sv": "Höstlov"},
    "startsOn": "2027-11-01",
    "endsOn": "2027-11-05",
}


async def send(
    rollout: Rollout, method: str, path: str, body: Any = None, *roles: str, **claims: Any
) -> httpx.Response:
    version = claims.pop("version", None)
    headers = rollout.service.as_(*(roles or (LEADER,)), **claims)
    if version is not None:
        headers |= {"If-Match": f'"{version}"'}
    return await rollout.service.client.request(method, BASE + path, json=body, headers=headers)


async def days(rollout: Rollout, start: str, end: str, country: str = "SE", **more: str) -> dict[str, Any]:
    asked = "&".join(f"{name}={value}" for name, value in more.items())
    answer = await rollout.get(f"/calendars/{country}/days?from={start}&to={end}&{asked}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_exception_is_made_read_changed_and_removed(rollout: Rollout) -> None:
    made = await send(rollout, "POST", "/calendar-exceptions", BREAK)
    assert made.status_code == 201, made.text
    path = f"/calendar-exceptions/{made.json()['id']}"
    assert (await days(rollout, "2027-11-01", "2027-11-08"))["workingDays"] == 1
    changed = await send(rollout, "PATCH", path, {"endsOn": "2027-11-03"}, version=1)
    assert (changed.json()["endsOn"], changed.headers["etag"]) == ("2027-11-03", '"2"')
    assert (await days(rollout, "2027-11-01", "2027-11-08"))["workingDays"] == 3
    listed = (await rollout.get("/calendar-exceptions")).json()["items"]
    assert [each["id"] for each in listed] == [made.json()["id"]]
    assert (await send(rollout, "DELETE", path, version=1)).status_code == 412
    assert (await send(rollout, "DELETE", path, version=2)).status_code == 204
    assert (await days(rollout, "2027-11-01", "2027-11-08"))["workingDays"] == 6
    journal = (await rollout.get(f"/journal-entries?entityId={made.json()['id']}")).json()["items"]
    assert [entry["action"] for entry in journal] == ["calendar.remove", "calendar.change", "calendar.add"]


async def test_each_day_says_whether_it_is_worked_and_why(rollout: Rollout) -> None:
    found = (await days(rollout, "2027-06-24", "2027-06-27"))["days"]
    assert [(each["isWorking"], each["source"]) for each in found] == [
        (True, "weekday"),
        (False, "de_facto"),
        (False, "holiday"),
        (False, "weekend"),
    ]
    assert found[1]["title"]["sv"] == "Midsommarafton"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2027-02-31&to=2027-03-01", 422),
        ("from=2027-03-02&to=2027-03-01", 422),
        ("from=2027-01-01&to=2029-01-01", 422),
        ("from=1800-01-01&to=1800-01-02", 422),
        (f"from=2027-01-01&to=2027-01-02&unitId={NOBODY}", 422),
        ("to=2020-01-02", 422),
    ],
)
async def test_impossible_days_are_refused(rollout: Rollout, query: str, status: int) -> None:
    assert (await rollout.get(f"/calendars/SE/days?{query}")).status_code == status
    assert (await rollout.get("/calendars/XX/days?from=2027-01-01&to=2027-01-02")).status_code == 422


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"endsOn": "2027-10-01"}, "#/endsOn"),
        ({"endsOn": "2029-10-01"}, "#/endsOn"),
        ({"startsOn": "2027-02-31"}, "#/startsOn"),
        ({"unitId": NOBODY}, "#/unitId"),
        ({"kind": "holiday"}, "#/kind"),
        ({"title": {}}, "#/title"),
    ],
)
async def test_an_exception_that_cannot_be_names_the_place(
    rollout: Rollout, change: dict[str, Any], pointer: str
) -> None:
    refused = await send(rollout, "POST", "/calendar-exceptions", BREAK | change)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_only_the_customers_leaders_keep_calendars(rollout: Rollout) -> None:
    supplier = await send(rollout, "POST", "/calendar-exceptions", BREAK, LEADER, side="supplier")
    auditor = await send(rollout, "POST", "/calendar-exceptions", BREAK, "auditor@*")
    unit = await send(rollout, "POST", "/calendar-exceptions", BREAK, f"project_leader@{new_id()}")
    assert [each.status_code for each in (supplier, auditor, unit)] == [403, 403, 403]


async def test_a_project_counts_the_days_of_the_country_that_it_chose(rollout: Rollout) -> None:
    path = f"/projects/{rollout.id}/calendar"
    first = await rollout.get(path)
    assert (first.json()["country"], first.headers["etag"]) == ("SE", '"0"')
    stale = await send(rollout, "PATCH", path, {"country": "DK"}, version=4)
    chosen = await send(rollout, "PATCH", path, {"country": "DK"}, version=0)
    again = await send(rollout, "PATCH", path, {"country": "NO"}, version=chosen.json()["version"])
    assert [each.status_code for each in (stale, chosen, again)] == [412, 200, 200]
    schedule = (await rollout.get(f"/projects/{rollout.id}/schedule")).json()
    assert schedule["country"] == "NO"


async def test_days_looked_back_to_from_before_the_calendar_begin_with_it(rollout: Rollout) -> None:
    answer = await rollout.get("/calendars/SE/days?asOf=0001-01-01")
    assert answer.status_code == 200
    assert answer.json()["days"][0]["date"] == "2000-01-01"
