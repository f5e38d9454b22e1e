"""The annual wheel: previewed, rolled once per school year, with the days that only the customer knows."""

from typing import Any

import pytest

from tests.projects.benefit.support import TITLE, add_indicator, add_units, call, ok
from tests.projects.conftest import Rollout

YEAR = {"schoolYear": 2027, "autumnTermStart": "2027-08-17", "springTermStart": "2028-01-10"}


async def wheel_of(rollout: Rollout, *events: dict[str, Any]) -> str:
    service = rollout.service
    body = {"key": "quality", "title": TITLE}
    wheel = await ok(service, "POST", f"/projects/{rollout.id}/annual-wheels", body)
    for number, event in enumerate(events):
        body = {"key": f"event_{number}", "title": TITLE, "action": "meeting"} | event
        await ok(service, "POST", f"/annual-wheels/{wheel['id']}/events", body)
    return f"/annual-wheels/{wheel['id']}"


@pytest.mark.parametrize(
    ("anchor", "offset", "days"),
    [
        ("autumn_term_start", -7, ["2027-08-10"]),
        ("spring_term_start", 0, ["2028-01-10"]),
        ("school_year_start", 0, ["2027-08-17"]),
        ("census_date", 1, ["2027-10-16"]),
        ("tertial_1_end", 0, ["2028-04-30"]),
        ("tertial_3_end", 20, ["2028-01-20"]),
        ("each_term_start", 0, ["2027-08-17", "2028-01-10"]),
        ("each_tertial_end", 0, ["2027-08-31", "2027-12-31", "2028-04-30"]),
    ],
)
async def test_each_anchor_means_days_of_the_school_year(
    rollout: Rollout, anchor: str, offset: int, days: list[str]
) -> None:
    path = await wheel_of(rollout, {"anchor": anchor, "offsetDays": offset})
    shown = await ok(rollout.service, "POST", f"{path}/roll-previews", YEAR)
    assert [one["onDate"] for one in shown["items"]] == days


async def test_a_preview_writes_nothing_and_a_roll_writes_once(rollout: Rollout) -> None:
    service = rollout.service
    units = await add_units(service, 2)
    indicator = await add_indicator(service, rollout.id, scope="unit")
    asks = {"action": "data_request", "anchor": "tertial_3_end", "offsetDays": 20, "indicatorId": indicator["id"]}
    path = await wheel_of(rollout, asks, {"anchor": "autumn_term_start"}, {})
    requests = f"/projects/{rollout.id}/data-requests"
    preview = await ok(service, "POST", f"{path}/roll-previews", YEAR)
    assert (await ok(service, "GET", requests))["items"] == []
    first = await ok(service, "POST", f"{path}/rolls", YEAR)
    again = await ok(service, "POST", f"{path}/rolls", YEAR)
    assert [one["isNew"] for rolled in (preview, first, again) for one in rolled["items"]] == [True] * 4 + [False] * 2
    assert first["unplaced"] == ["event_2"]
    (made,) = (await ok(service, "GET", requests))["items"]
    assert made["id"] == again["items"][1]["dataRequestId"]
    assert [unit["unitId"] for unit in made["units"]] == units
    dates = [made[name] for name in ("periodStart", "periodEnd", "due", "followUpDue", "feedbackDue")]
    assert dates == ["2027-09-01", "2027-12-31", "2028-01-20", "2028-02-19", "2028-03-20"]
    following = YEAR | {"schoolYear": 2028, "autumnTermStart": "2028-08-16", "springTermStart": "2029-01-09"}
    assert all(one["isNew"] for one in (await ok(service, "POST", f"{path}/rolls", following))["items"])


async def test_the_days_that_only_the_customer_knows_are_asked_for(rollout: Rollout) -> None:
    path = await wheel_of(rollout, {"anchor": "each_term_start"})
    answer = await call(rollout.service, "POST", f"{path}/rolls", {"schoolYear": 2027})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (
        422,
        ["#/autumnTermStart", "#/springTermStart"],
    )
    outside = YEAR | {"springTermStart": "2029-01-10"}
    assert (await call(rollout.service, "POST", f"{path}/rolls", outside)).status_code == 422


async def test_an_event_is_placed_later(rollout: Rollout) -> None:
    service = rollout.service
    path = await wheel_of(rollout, {})
    (event,) = (await ok(service, "GET", path))["events"]
    await ok(service, "PATCH", f"/wheel-events/{event['id']}", {"anchor": "census_date"}, version=1)
    rolled = await ok(service, "POST", f"{path}/rolls", YEAR)
    assert ([one["onDate"] for one in rolled["items"]], rolled["unplaced"]) == (["2027-10-15"], [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "data_request"},
        {"action": "meeting", "question": "Hur går det?"},
        {"offsetDays": 400},
        {"followUpDays": 60, "feedbackDays": 30},
    ],
)
async def test_a_wrong_event_is_refused(rollout: Rollout, wrong: dict[str, Any]) -> None:
    path = await wheel_of(rollout)
    body = {"key": "wrong", "title": TITLE, "action": "meeting"} | wrong
    assert (await call(rollout.service, "POST", f"{path}/events", body)).status_code == 422
