"""Data requests: closed only with follow-up and feedback, late only after the day, answered by heads."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.projects.datarequest.service import DataRequestService
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.benefit.support import add_indicator, add_units, call, ok, subject
from tests.projects.conftest import Rollout
from tests.support.services import ServiceUnderTest

DAYS = {"due": "2027-01-20", "followUpDue": "2027-02-15", "feedbackDue": "2027-03-01"}
NOTE = {"text": "Tre skolor får stöd"}


def at(year: int, month: int, day: int, hour: int = 12) -> Any:
    return frozen(datetime(year, month, day, hour, tzinfo=UTC))


async def ask(rollout: Rollout, units: list[str], **changed: Any) -> dict[str, Any]:
    body = {"title": "Lägesbild", "question": "Hur går det?", "unitIds": units} | DAYS | changed
    made: dict[str, Any] = await ok(rollout.service, "POST", f"/projects/{rollout.id}/data-requests", body)
    return made


async def test_a_request_closes_only_after_follow_up_and_feedback(rollout: Rollout) -> None:
    service = rollout.service
    made = await ask(rollout, await add_units(service, 2))
    path = f"/data-requests/{made['id']}"
    assert made["missing"] == ["follow_up", "feedback"]
    early = await call(service, "POST", f"{path}/closures")
    assert (early.status_code, early.json()["missing"]) == (409, ["follow_up", "feedback"])
    await ok(service, "POST", f"{path}/follow-ups", NOTE)
    half = await call(service, "POST", f"{path}/closures", None)
    assert (half.status_code, half.json()["missing"]) == (409, ["feedback"])
    assert "feedback" in half.json()["detail"]
    await ok(service, "POST", f"{path}/feedbacks", NOTE)
    closed = await ok(service, "POST", f"{path}/closures")
    assert (closed["state"], closed["missing"]) == ("closed", [])
    assert (await call(service, "POST", f"{path}/feedbacks", NOTE)).status_code == 409


@pytest.mark.parametrize(
    ("moment", "overdue"),
    [
        ((2027, 1, 20, 22), []),
        ((2027, 1, 20, 23), ["answers"]),
        ((2027, 2, 16, 1), ["answers", "follow_up"]),
        ((2027, 3, 1, 12), ["answers", "follow_up"]),
        ((2027, 3, 2, 1), ["answers", "follow_up", "feedback"]),
    ],
)
async def test_each_promise_is_late_only_after_its_day_where_we_are(
    rollout: Rollout, moment: tuple[int, int, int, int], overdue: list[str]
) -> None:
    made = await ask(rollout, await add_units(rollout.service, 1))
    with at(*moment):
        shown = await ok(rollout.service, "GET", f"/data-requests/{made['id']}")
        late = (await ok(rollout.service, "GET", f"/projects/{rollout.id}/data-requests?overdue=true"))["items"]
        fine = (await ok(rollout.service, "GET", f"/projects/{rollout.id}/data-requests?overdue=false"))["items"]
    assert shown["overdue"] == overdue
    assert ([row["id"] for row in late], len(fine)) == (([made["id"]], 0) if overdue else ([], 1))


async def test_open_ones_are_listed_by_unit(rollout: Rollout) -> None:
    first, second = await add_units(rollout.service, 2)
    made = await ask(rollout, [first])
    await ask(rollout, [second])
    listed = await ok(rollout.service, "GET", f"/projects/{rollout.id}/data-requests?open=true&unitId={first}")
    assert [row["id"] for row in listed["items"]] == [made["id"]]
    none = await ok(rollout.service, "GET", f"/projects/{rollout.id}/data-requests?open=false")
    assert none["items"] == []


async def test_a_head_answers_for_the_own_unit_and_sees_its_text_alone(rollout: Rollout) -> None:
    service = rollout.service
    own, other = await add_units(service, 2)
    made = await ask(rollout, [own, other])
    path, head = f"/data-requests/{made['id']}", f"unit_head@{own}"
    answered = await call(service, "POST", f"{path}/answers", {"unitId": own, "text": "Bra"}, head)
    foreign = await call(service, "POST", f"{path}/answers", {"unitId": other, "text": "Bra"}, head)
    supplier = await call(service, "POST", f"{path}/answers", {"unitId": own, "text": "Bra"}, side="supplier")
    assert [answered.status_code, foreign.status_code, supplier.status_code] == [200, 403, 403]
    await ok(service, "POST", f"{path}/answers", {"unitId": other, "text": "Sådär"})
    texts = []
    for role, side in ((head, "customer"), ("project_leader@*", "customer"), ("project_leader@*", "supplier")):
        shown = await ok(service, "GET", path, None, role, side=side)
        texts.append({unit["unitId"]: unit["answer"] for unit in shown["units"]})
    assert texts == [{own: "Bra", other: None}, {own: "Bra", other: "Sådär"}, {own: None, other: None}]


async def test_a_value_becomes_a_measurement_of_the_indicator(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    indicator = await add_indicator(service, rollout.id, scope="unit", countsPersons=True)
    period = {"periodStart": "2026-08-01", "periodEnd": "2026-12-31"}
    made = await ask(rollout, [unit], question=None, indicatorId=indicator["id"], **period)
    path = f"/data-requests/{made['id']}/answers"
    assert (await call(service, "POST", path, {"unitId": unit, "text": "?"})).status_code == 422
    assert (await call(service, "POST", path, {"unitId": unit, "value": 60})).status_code == 422
    await ok(service, "POST", path, {"unitId": unit, "value": 60, "n": 100})
    answered = await ok(service, "POST", path, {"unitId": unit, "value": 61, "n": 100})
    assert answered["unanswered"] == 0
    (row,) = (await ok(service, "GET", f"/indicators/{indicator['id']}/measurements"))["items"]
    assert (row["kind"], row["value"], row["unitId"], row["periodEnd"]) == ("actual", 61.0, unit, "2026-12-31")


async def tell(service: ServiceUnderTest, request_id: str) -> bool:
    async with service.database.transaction(service.tenant) as session:
        return await DataRequestService(session).tell_overdue(request_id)  # type: ignore[arg-type]


async def test_late_feedback_is_told_once_and_never_when_it_was_given(rollout: Rollout) -> None:
    service = rollout.service
    units = await add_units(service, 1)
    late, given = (await ask(rollout, units))["id"], (await ask(rollout, units))["id"]
    with at(2027, 2, 20):
        await ok(service, "POST", f"/data-requests/{given}/feedbacks", NOTE)
        assert not await tell(service, late)
    with at(2027, 3, 2):
        told = [await tell(service, one) for one in (late, late, given)]
    assert told == [True, False, False]
    with at(2027, 3, 3):
        version = (await ok(service, "GET", f"/data-requests/{late}"))["version"]
        await ok(service, "PATCH", f"/data-requests/{late}", {"feedbackDue": "2027-04-01"}, version=version)
        assert not await tell(service, late)
    with at(2027, 4, 2):
        assert await tell(service, late)


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": None},
        {"indicatorId": str(new_id())},
        {"followUpDue": "2027-01-01"},
        {"feedbackDue": "2027-02-01"},
        {"unitIds": []},
        {"unitIds": [str(new_id())]},
        {"due": "2027-02-31"},
        {"title": ""},
    ],
)
async def test_a_wrong_request_is_refused(rollout: Rollout, wrong: dict[str, Any]) -> None:
    units = await add_units(rollout.service, 1)
    body = {"title": "Lägesbild", "question": "Hur går det?", "unitIds": units} | DAYS | wrong
    answer = await call(rollout.service, "POST", f"/projects/{rollout.id}/data-requests", body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_its_owner_may_follow_it_up(rollout: Rollout) -> None:
    service, owner = rollout.service, subject()
    made = await ask(rollout, await add_units(service, 1), ownerId=str(owner))
    path = f"/data-requests/{made['id']}/follow-ups"
    stranger = await call(service, "POST", path, NOTE, "unit_head@*")
    own = await call(service, "POST", path, NOTE, "unit_head@*", subject=owner)
    assert [stranger.status_code, own.status_code] == [403, 200]
