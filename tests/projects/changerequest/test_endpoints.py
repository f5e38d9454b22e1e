"""Changing an approved plan: with its impact computed, decided by the steering body, carried out and frozen."""

from typing import Any

import httpx
import pytest

from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout

JUNE = {"start": "2027-06-01", "end": "2027-06-30", "precision": "month", "tentative": False}


async def post(rollout: Rollout, path: str, body: Any, *roles: str, version: int = 0, **claims: Any) -> httpx.Response:
    headers = rollout.service.as_(*(roles or (LEADER,)), **claims)
    if version:
        headers |= {"If-Match": f'"{version}"'}
    return await rollout.service.client.post(BASE + path, json=body, headers=headers)


@pytest.fixture
async def agreed(rollout: Rollout) -> Rollout:
    """A plan that the customer approved."""
    for noun, role in (("proposals", LEADER), ("approvals", APPROVER)):
        version = (await rollout.get(f"/projects/{rollout.id}")).json()["version"]
        answer = await post(rollout, f"/projects/{rollout.id}/plan-{noun}", {}, role, version=version)
        assert answer.status_code == 201, answer.text
    return rollout


async def body_of(rollout: Rollout, mandate: str) -> str:
    made = {
        "key": f"organ_{mandate}",
        "level": "strategic" if mandate == "decides" else "advisory",
        "mandate": mandate,
        "title": {"sv": "Styrgrupp", "en": "Steering group"},
    }
    answer = await post(rollout, f"/projects/{rollout.id}/bodies", made)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def asked(rollout: Rollout, body_id: str | None = None, **claims: Any) -> httpx.Response:
    activity = await rollout.activity("HAN-A2.02")
    wish = {
        "title": "Testplanen i juni",
        "reason": "Licensnyckeln dröjer",
        "concerns": ["time"],
        "change": {"moves": [{"activityId": activity["id"], "window": JUNE}]},
        "bodyId": body_id,
    }
    return await post(rollout, f"/projects/{rollout.id}/change-requests", wish, **claims)


async def decided(
    rollout: Rollout, request: dict[str, Any], outcome: str, *roles: str, **claims: Any
) -> httpx.Response:
    path = f"/change-requests/{request['id']}"
    submitted = await post(rollout, f"{path}/submissions", None, version=request["version"])
    assert submitted.status_code == 201, submitted.text
    body = {"outcome": outcome, "motive": "Styrgruppen, paragraf 3"}
    version = submitted.json()["version"]
    return await post(rollout, f"{path}/decisions", body, *(roles or (APPROVER,)), version=version, **claims)


async def test_an_approved_plan_does_not_move_by_hand(agreed: Rollout) -> None:
    refused = await agreed.patch("HAN-A2.02", {"window": JUNE})
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (409, "plan-is-approved")
    assert (await agreed.patch("HAN-A2.02", {"state": "started"})).status_code == 200


async def test_a_request_shows_its_impact_before_anything_moves(agreed: Rollout) -> None:
    made = await asked(agreed, side="supplier")
    assert made.status_code == 201, made.text
    [moved] = made.json()["impact"]["moved"]
    assert (moved["sourceRef"], moved["isAsked"]) == ("HAN-A2.02", True)
    assert (await agreed.activity("HAN-A2.02"))["window"]["start"] == "2027-03-01"


async def test_an_approved_request_moves_the_plan_and_freezes_it(agreed: Rollout) -> None:
    request = (await asked(agreed, await body_of(agreed, "decides"))).json()
    done = await decided(agreed, request, "approved")
    assert done.status_code == 201, done.text
    assert (await agreed.activity("HAN-A2.02"))["window"]["start"] == "2027-06-01"
    frozen = (await agreed.get(f"/projects/{agreed.id}/baselines")).json()["items"]
    assert [each["cause"] for each in frozen] == ["approval", "change_request"]
    assert done.json()["baselineId"] == frozen[1]["id"]
    assert (await agreed.get(f"/projects/{agreed.id}")).json()["planState"] == "approved"


async def test_a_rejected_request_moves_nothing(agreed: Rollout) -> None:
    request = (await asked(agreed)).json()
    assert (await decided(agreed, request, "rejected")).json()["state"] == "rejected"
    assert (await agreed.activity("HAN-A2.02"))["window"]["start"] == "2027-03-01"


async def test_an_advisory_body_cannot_be_asked_to_decide(agreed: Rollout) -> None:
    refused = await asked(agreed, await body_of(agreed, "advisory"))
    assert refused.status_code == 409


async def test_a_supplier_asks_and_does_not_decide(agreed: Rollout) -> None:
    request = (await asked(agreed, side="supplier")).json()
    assert (await decided(agreed, request, "approved", APPROVER, side="supplier")).status_code == 403


async def test_what_was_not_submitted_is_not_decided_and_what_is_settled_stays(agreed: Rollout) -> None:
    request = (await asked(agreed)).json()
    path = f"/change-requests/{request['id']}"
    body = {"outcome": "approved", "motive": "Styrgruppen"}
    early = await post(agreed, f"{path}/decisions", body, APPROVER, version=request["version"])
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[1]) == (409, "change-request-not-submitted")
    gone = await post(agreed, f"{path}/withdrawals", None, version=request["version"])
    assert gone.status_code == 201
    again = await post(agreed, f"{path}/submissions", None, version=gone.json()["version"])
    assert again.json()["type"].endswith("change-request-settled")


async def test_a_row_that_is_not_in_the_plan_is_named(agreed: Rollout) -> None:
    wish = {
        "title": "Fel",
        "reason": "Fel rad",
        "concerns": ["time"],
        "change": {"moves": [{"activityId": agreed.id, "window": JUNE}]},
    }
    refused = await post(agreed, f"/projects/{agreed.id}/change-requests", wish)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/moves/0/activityId"


async def test_a_row_of_an_approved_plan_says_that_it_moves_by_a_request(agreed: Rollout) -> None:
    row = await agreed.activity("HAN-A2.02")
    shown = (await agreed.get(f"/activities/{row['id']}")).json()["allowedActions"]
    allowed = {action["action"]: action["allowed"] for action in shown}
    assert (allowed["change"], allowed["reschedule"], allowed["delete"], allowed["add_units"]) == (
        True,
        False,
        False,
        False,
    )
