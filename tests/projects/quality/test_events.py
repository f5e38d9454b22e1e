"""What the quality work publishes, with real commits: ids and numbers, no value and no word that anybody wrote."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from services.projects.datarequest.service import REMIND
from services.projects.survey.service import CLOSE
from shared.kit.clock import frozen
from tests.projects.benefit.support import add_indicator, add_units, ok, reading
from tests.projects.conftest import BASE, CREATE, LEADER
from tests.support.services import ServiceUnderTest, Start

SECRET = "Anna Testsson ringde"


async def told(service: ServiceUnderTest) -> list[tuple[str, dict[str, Any]]]:
    async with service.relay.transaction(None) as session:
        rows = await session.execute(text("SELECT type, data FROM outbox ORDER BY seq"))
        return [(".".join(row.type.split(".")[1:3]), row.data) for row in rows]


async def test_each_change_is_told_with_ids_and_numbers_alone(committed_service: Start) -> None:
    service = await committed_service("projects")
    made = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER))
    project = made.json()["id"]
    (unit,) = await add_units(service, 1)
    indicator = await add_indicator(service, project)
    await ok(service, "POST", f"/indicators/{indicator['id']}/measurements", reading("baseline", 61.25, 2026))
    report = {"what": SECRET, "symptom": SECRET, "foundOn": "2026-09-10"}
    deviation = await ok(service, "POST", f"/projects/{project}/deviations", report)
    path = f"/deviations/{deviation['id']}"
    await ok(service, "PATCH", path, {"causeKey": "routines", "analysis": SECRET}, version=1)
    await ok(service, "POST", f"{path}/effect-checks", {"isEffective": False, "text": SECRET})
    await ok(service, "POST", f"{path}/closures")
    readiness = await ok(service, "POST", f"/projects/{project}/readiness-sets")
    days = {"opensOn": "2026-01-01", "closesOn": "2090-01-01"}
    body = {"definitionId": readiness["id"], "unitIds": [unit]} | days
    survey = await ok(service, "POST", f"/projects/{project}/surveys", body)
    answers = {question["key"]: 5 for question in readiness["questions"]}
    await ok(service, "POST", f"/surveys/{survey['id']}/responses", {"unitId": unit, "answers": answers})
    await ok(service, "POST", f"/surveys/{survey['id']}/closures")
    published = await told(service)
    by_type = {name: data for name, data in published if name != "benefit.changed"}
    assert by_type["goal.measured"] == {
        "projectId": project,
        "goalId": indicator["goalId"],
        "indicatorId": indicator["id"],
        "measurements": 1,
    }
    assert (by_type["deviation.closed"]["causeKey"], by_type["deviation.closed"]["isEffective"]) == ("routines", False)
    assert by_type["survey.closed"]["responses"] == 1
    assert SECRET not in str(published)
    assert "61.25" not in str(published)
    entities = {data["entity"] for name, data in published if name == "benefit.changed"}
    assert entities == {"goal", "indicator", "deviation", "survey_definition", "survey"}


async def test_late_feedback_and_the_end_of_a_survey_are_looked_at_on_the_morning_after(
    committed_service: Start,
) -> None:
    service = await committed_service("projects")
    made = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER))
    project = made.json()["id"]
    units = await add_units(service, 1)
    with frozen(datetime(2027, 1, 1, 12, tzinfo=UTC)):
        days = {"due": "2027-01-02", "followUpDue": "2027-01-02", "feedbackDue": "2027-01-03"}
        body: dict[str, Any] = {"title": "Läge", "question": "Hur går det?", "unitIds": units} | days
        await ok(service, "POST", f"/projects/{project}/data-requests", body)
        definition = await ok(service, "POST", f"/projects/{project}/readiness-sets")
        days = {"opensOn": "2027-01-01", "closesOn": "2027-01-01"}
        survey = {"definitionId": definition["id"], "unitIds": units} | days
        await ok(service, "POST", f"/projects/{project}/surveys", survey)
    async with service.relay.transaction(None) as session:
        query = "SELECT kind, round(extract(epoch FROM run_after - created_at) / 3600) AS hours FROM job"
        jobs = {row.kind: int(row.hours) for row in await session.execute(text(query))}
    assert (jobs[REMIND], jobs[CLOSE]) == (59, 11)  # to midnight here, which is 23:00 UTC
