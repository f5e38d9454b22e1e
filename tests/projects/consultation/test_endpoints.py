"""Consultations over HTTP: every response is dealt with before one is closed."""

from datetime import UTC, datetime
from typing import Any

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import LEADER, Rollout
from tests.projects.steering import make, make_body, post, read

CONSULTATION: dict[str, Any] = {
    "title": "Kravspecifikation",
    "documentRef": "https://dokument.bjorkby.example/krav",
    "documentVersion": "0.9",
    "audience": [{"name": "Elevrådet"}],
    "dueOn": "2027-05-31",
}
RESPONSE = {"respondent": "Elevrådet", "content": "Vi vill kunna lämna in från mobilen"}
DISPOSED = {"disposition": "accepted", "motive": "Kravet är infört"}


async def test_it_is_closed_only_when_every_response_was_dealt_with(rollout: Rollout) -> None:
    body = await make_body(rollout, "reference", level="advisory", mandate="advisory")
    audience = [{"bodyId": body["id"]}, {"name": "Elevrådet"}]
    consultation = await make(rollout, f"/projects/{rollout.id}/consultations", CONSULTATION | {"audience": audience})
    path = f"/consultations/{consultation['id']}"
    rows = [await make(rollout, f"{path}/responses", RESPONSE) for _ in range(3)]
    await make(rollout, f"/consultation-responses/{rows[0]['id']}/dispositions", DISPOSED)
    refused = await post(rollout, f"{path}/closures")
    assert (refused.status_code, refused.json()["open"]) == (409, [rows[1]["id"], rows[2]["id"]])
    shown = await read(rollout, path)
    assert (shown["responses"], shown["undisposed"], shown["allowedActions"][0]["allowed"]) == (3, 2, False)
    for row in rows[1:]:
        await make(rollout, f"/consultation-responses/{row['id']}/dispositions", DISPOSED | {"disposition": "noted"})
    assert (await make(rollout, f"{path}/closures"))["state"] == "closed"
    late = await post(rollout, f"{path}/responses", RESPONSE)
    changed = await post(rollout, f"/consultation-responses/{rows[0]['id']}/dispositions", DISPOSED)
    assert [late.status_code, changed.status_code] == [409, 409]


async def test_a_late_response_is_taken_and_marked(rollout: Rollout) -> None:
    consultation = await make(rollout, f"/projects/{rollout.id}/consultations", CONSULTATION)
    path = f"/consultations/{consultation['id']}/responses"
    for at in (datetime(2027, 5, 31, 12, tzinfo=UTC), datetime(2027, 6, 1, 12, tzinfo=UTC)):
        with frozen(at):
            await make(rollout, path, RESPONSE)
    assert [row["isLate"] for row in (await read(rollout, path))["items"]] == [False, True]


async def test_the_customer_sends_and_deals_with_responses(rollout: Rollout) -> None:
    path = f"/projects/{rollout.id}/consultations"
    assert (await post(rollout, path, CONSULTATION, LEADER, side="supplier")).status_code == 403
    consultation = await make(rollout, path, CONSULTATION)
    row = await make(rollout, f"/consultations/{consultation['id']}/responses", RESPONSE, LEADER, side="supplier")
    refused = await post(
        rollout, f"/consultation-responses/{row['id']}/dispositions", DISPOSED, LEADER, side="supplier"
    )
    assert refused.status_code == 403


async def test_an_audience_is_bodies_of_the_project_and_named_organisations(rollout: Rollout) -> None:
    path = f"/projects/{rollout.id}/consultations"
    stranger = await post(rollout, path, CONSULTATION | {"audience": [{"bodyId": str(new_id())}]})
    both = await post(rollout, path, CONSULTATION | {"audience": [{"bodyId": str(new_id()), "name": "A"}]})
    nobody = await post(rollout, path, CONSULTATION | {"audience": []})
    script = await post(rollout, path, CONSULTATION | {"documentRef": "javascript:alert(1)"})
    assert [one.status_code for one in (stranger, both, nobody, script)] == [422] * 4
