"""Escalations over HTTP: upwards only, answered by the customer, and never closed without an answer."""

from datetime import UTC, datetime
from typing import Any

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.steering import make, make_body, post, read

ANSWER = {"answer": "Driften prioriterar testmiljön"}


async def bodies(rollout: Rollout) -> tuple[dict[str, Any], dict[str, Any]]:
    board = await make_body(rollout)
    group = await make_body(rollout, "group", level="operative", mandate="advisory", escalatesTo="board")
    return group, board


async def raise_(rollout: Rollout, *roles: str, **more: Any) -> dict[str, Any]:
    group, _ = await bodies(rollout)
    body = {"fromBodyId": group["id"], "item": "Testmiljön saknar resurser", "dueOn": "2027-05-14"} | more
    return await make(rollout, f"/projects/{rollout.id}/escalations", body, *roles)


async def test_an_item_goes_to_the_body_that_the_operative_one_escalates_to(rollout: Rollout) -> None:
    escalation = await raise_(rollout)
    target = await read(rollout, f"/bodies/{escalation['toBodyId']}")
    assert (target["key"], escalation["state"]) == ("board", "raised")


async def test_an_escalation_goes_upwards_and_nowhere_else(rollout: Rollout) -> None:
    group, board = await bodies(rollout)
    path = f"/projects/{rollout.id}/escalations"
    ask = {"item": "Testmiljön", "dueOn": "2027-05-14"}
    down = await post(rollout, path, ask | {"fromBodyId": board["id"], "toBodyId": group["id"]})
    own = await post(rollout, path, ask | {"fromBodyId": group["id"], "toBodyId": group["id"]})
    lost = await post(rollout, path, ask | {"fromBodyId": board["id"]})
    nobody = await post(rollout, path, ask | {"fromBodyId": str(new_id())})
    assert [one.status_code for one in (down, own, lost, nobody)] == [422, 422, 422, 404]


async def test_it_cannot_be_closed_before_the_customers_approver_has_answered(rollout: Rollout) -> None:
    escalation = await raise_(rollout)
    path = f"/escalations/{escalation['id']}"
    early = await post(rollout, f"{path}/closures")
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[-1]) == (409, "escalation-unanswered")
    assert (await post(rollout, f"{path}/answers", ANSWER, APPROVER, side="supplier")).status_code == 403
    assert (await post(rollout, f"{path}/answers", ANSWER, LEADER)).status_code == 403
    assert (await post(rollout, f"{path}/answers", ANSWER, APPROVER)).status_code == 201
    assert (await post(rollout, f"{path}/answers", ANSWER, APPROVER)).status_code == 409
    closed = await post(rollout, f"{path}/closures", None, LEADER, side="supplier")
    assert (closed.status_code, closed.json()["state"]) == (201, "closed")


async def test_the_supplier_may_escalate_too(rollout: Rollout) -> None:
    group, _ = await bodies(rollout)
    body = {"fromBodyId": group["id"], "item": "Testmiljön saknar resurser", "dueOn": "2027-05-14"}
    answer = await post(rollout, f"/projects/{rollout.id}/escalations", body, LEADER, side="supplier")
    assert answer.status_code == 201


async def test_an_unanswered_one_is_listed_as_late_after_its_last_day(rollout: Rollout) -> None:
    escalation = await raise_(rollout)
    path = f"/projects/{rollout.id}/escalations?overdue=true"
    found = []
    for day in (14, 15):
        with frozen(datetime(2027, 5, day, 12, tzinfo=UTC)):
            found.append([row["id"] for row in (await read(rollout, path))["items"]])
    assert found == [[], [escalation["id"]]]
    await make(rollout, f"/escalations/{escalation['id']}/answers", ANSWER)
    with frozen(datetime(2027, 5, 15, 12, tzinfo=UTC)):
        assert (await read(rollout, path))["items"] == []


async def test_what_was_written_stays_out_of_the_journal(rollout: Rollout) -> None:
    escalation = await raise_(rollout)
    await make(rollout, f"/escalations/{escalation['id']}/answers", ANSWER)
    journal = (await rollout.get(f"/journal-entries?entityId={escalation['id']}")).json()["items"]
    told = [(entry["after"], entry["before"]) for entry in journal if entry["action"].startswith("escalation.")]
    assert len(told) == 2
    assert "testmiljön" not in str(told).lower()
