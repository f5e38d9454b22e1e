"""What the quality work shows and forgets about one account."""

from services.projects.person_data import erase, export
from tests.projects.benefit.support import TITLE, add_goal, add_indicator, add_units, ok, reading, subject
from tests.projects.conftest import Rollout


async def test_an_account_is_shown_and_forgotten_and_what_it_measured_stays(rollout: Rollout) -> None:
    service, account = rollout.service, subject()
    await add_units(service, 1)
    goal = await add_goal(service, rollout.id, ownerId=str(account))
    indicator = await add_indicator(service, rollout.id)
    path = f"/indicators/{indicator['id']}/measurements"
    row = await ok(service, "POST", path, reading("baseline", 60, 2026), subject=account)
    report = {"what": "Dubbel anmälan", "symptom": "Samtal", "foundOn": "2027-09-10"}
    deviation = await ok(service, "POST", f"/projects/{rollout.id}/deviations", report, subject=account)
    async with service.database.transaction(service.tenant) as session:
        held = (await export(session, account))["quality"]
        forgotten = await erase(session, account)
        left = (await export(session, account))["quality"]
    assert (held["goals"], held["measurements"], held["deviations"]) == ([goal["id"]], [row["id"]], [deviation["id"]])
    assert forgotten.erased == 3
    assert not any(left.values())
    assert (await ok(service, "GET", f"/measurements/{row['id']}"))["value"] == 60.0
    assert (await ok(service, "GET", f"/goals/{goal['id']}"))["ownerId"] is None


async def test_a_named_answer_loses_its_name_and_an_anonymous_one_has_none(rollout: Rollout) -> None:
    service, account = rollout.service, subject()
    (unit,) = await add_units(service, 1)
    shown = []
    for is_anonymous in (False, True):
        questions = [{"key": "ready", "title": TITLE}]
        asked = {"key": "mood", "title": TITLE, "respondent": "person", "isAnonymous": is_anonymous}
        path = f"/projects/{rollout.id}/survey-definitions"
        made = await ok(service, "POST", path, asked | {"questions": questions})
        body = {"definitionId": made["id"], "unitIds": [unit], "opensOn": "2020-01-01", "closesOn": "2090-01-01"}
        survey = await ok(service, "POST", f"/projects/{rollout.id}/surveys", body)
        answer = {"unitId": unit, "answers": {"ready": 3}}
        await ok(service, "POST", f"/surveys/{survey['id']}/responses", answer, subject=account)
        async with service.database.transaction(service.tenant) as session:
            shown.append(len((await export(session, account))["quality"]["surveyResponses"]))
            await erase(session, account)
    assert shown == [1, 0]
