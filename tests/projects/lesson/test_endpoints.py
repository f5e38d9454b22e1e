"""Evaluations, lessons, need cards and the backlog with its legal review."""

from shared.kit.ids import new_id
from tests.projects.benefit.support import TITLE, add_goal, call, ok
from tests.projects.conftest import Rollout


async def test_an_evaluation_is_completed_with_its_four_answers_and_an_outcome(rollout: Rollout) -> None:
    service = rollout.service
    goal = await add_goal(service, rollout.id)
    body = {"title": "Efter ett läsår", "goalIds": [goal["id"]], "why": "Beslut", "what": "Frånvaro"}
    made = await ok(service, "POST", f"/projects/{rollout.id}/evaluations", body)
    path = f"/evaluations/{made['id']}"
    early = await call(service, "PATCH", path, {"isCompleted": True}, version=1)
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[1]) == (409, "evaluation-incomplete")
    rest = {"how": "Indikatorn", "collectedWhen": "Juni", "outcome": "En vecka tidigare", "isCompleted": True}
    done = await ok(service, "PATCH", path, rest, version=1)
    assert done["completedAt"] is not None
    wrong = await call(service, "PATCH", path, {"goalIds": [str(new_id())]}, version=done["version"])
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/goalIds")


async def test_what_touches_the_law_is_accepted_only_after_a_legal_review(rollout: Rollout) -> None:
    service = rollout.service
    card = {"stakeholder": TITLE, "needs": [TITLE]}
    card = await ok(service, "POST", f"/projects/{rollout.id}/need-cards", card)
    body = {"title": TITLE, "area": "safety", "needCardId": card["id"], "needsLegalReview": True}
    made = await ok(service, "POST", f"/projects/{rollout.id}/requirements", body)
    path = f"/requirements/{made['id']}"
    assert (await call(service, "PATCH", path, {"state": "accepted"}, version=1)).status_code == 409
    done = await ok(service, "PATCH", path, {"state": "accepted", "isLegallyReviewed": True}, version=1)
    assert (done["state"], done["legallyReviewedAt"] is not None) == ("accepted", True)
    undone = await call(service, "PATCH", path, {"isLegallyReviewed": False}, version=2)
    assert undone.status_code == 409


async def test_lessons_and_facts_are_kept_and_changed_by_leaders_of_the_customer(rollout: Rollout) -> None:
    service = rollout.service
    path = f"/projects/{rollout.id}/lessons"
    fact = await ok(service, "POST", path, {"kind": "status", "title": TITLE, "onDate": "2027-11-01"})
    assert (fact["kind"], fact["onDate"]) == ("status", "2027-11-01")
    body = {"body": "Veckobrev hela våren", "onDate": None}
    changed = await ok(service, "PATCH", f"/lessons/{fact['id']}", body, version=1)
    assert (changed["body"], changed["onDate"], changed["version"]) == ("Veckobrev hela våren", None, 2)
    supplier = await call(service, "POST", path, {"title": TITLE}, side="supplier")
    assert (supplier.status_code, (await call(service, "GET", path, side="supplier")).status_code) == (403, 200)
