"""Connecting systems over HTTP: set up, watched without a failure, verified by the customer, and only then active."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.projects.integration.service import IntegrationService
from services.projects.template.delivery import Integration as IntegrationTemplate
from shared.kit import clock
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER, Rollout


class Systems:
    def __init__(self, rollout: Rollout) -> None:
        self.rollout, self.service = rollout, rollout.service
        self.project = f"/projects/{rollout.id}"

    async def post(self, path: str, body: Any = None, **claims: Any) -> httpx.Response:
        return await self.service.client.post(BASE + path, json=body, headers=self.service.as_(LEADER, **claims))

    async def patch(self, row: dict[str, Any], body: Any, **claims: Any) -> httpx.Response:
        fresh = await self.read(row)
        headers = self.service.as_(LEADER, **claims) | {"If-Match": f'"{fresh["version"]}"'}
        return await self.service.client.patch(f"{BASE}/integrations/{row['id']}", json=body, headers=headers)

    async def read(self, row: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.rollout.get(f"/integrations/{row['id']}")).json()
        return found

    async def system(self, key: str = "pupil_register") -> httpx.Response:
        return await self.post(f"{self.project}/systems", {"key": key, "title": {"sv": "BER"}, "kind": "register"})

    async def integration(self, *, soak: int = 14, **changed: Any) -> dict[str, Any]:
        system = (await self.system()).json()
        body = {"systemId": system["id"], "key": "ber", "title": {"sv": "BER"}, "side": "joint", "soakDays": soak}
        answer = await self.post(f"{self.project}/integrations", body | changed)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def verify(
        self, row: dict[str, Any], result: str = "passed", *, on: date | None = None, **claims: Any
    ) -> httpx.Response:
        body = {"verifiedOn": (on or clock.today()).isoformat(), "result": result, "method": "Stickprov"}
        return await self.post(f"/integrations/{row['id']}/verifications", body, **claims)

    async def activate(self, row: dict[str, Any], **claims: Any) -> httpx.Response:
        return await self.post(f"/integrations/{row['id']}/activations", **claims)


@pytest.fixture
def systems(rollout: Rollout) -> Systems:
    return Systems(rollout)


async def test_an_integration_is_active_only_after_its_soak_and_the_customers_pass(systems: Systems) -> None:
    row = await systems.integration()
    assert (await systems.verify(row)).status_code == 409
    refused = await systems.activate(row)
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "integration-not-verified")
    assert (await systems.patch(row, {"state": "verifying"})).status_code == 409
    for state in ("set_up", "verifying"):
        assert (await systems.patch(row, {"state": state}, side="supplier")).status_code == 200
    await systems.verify(row)
    assert (await systems.read(row))["soakDaysLeft"] == 14
    start = clock.now()
    with frozen(start + timedelta(days=13)):
        await systems.verify(row)
        assert ((await systems.read(row))["state"], (await systems.read(row))["soakDaysLeft"]) == ("verifying", 1)
        assert (await systems.activate(row)).json()["soakDaysLeft"] == 1
    with frozen(start + timedelta(days=14)):
        await systems.verify(row, side="supplier")
        assert (await systems.read(row))["state"] == "verifying"
        await systems.verify(row)
        assert (await systems.read(row))["state"] == "verified"
        assert (await systems.activate(row)).json()["state"] == "active"
        assert (await systems.activate(row)).status_code == 409


async def test_a_failure_begins_the_soak_anew(systems: Systems) -> None:
    row = await systems.integration(soak=7)
    for state in ("set_up", "verifying"):
        await systems.patch(row, {"state": state})
    start = clock.now()
    with frozen(start + timedelta(days=6)):
        await systems.verify(row, "failed")
    with frozen(start + timedelta(days=8)):
        await systems.verify(row)
        assert (await systems.read(row))["soakDaysLeft"] == 5
    with frozen(start + timedelta(days=13)):
        await systems.verify(row)
        assert (await systems.read(row))["state"] == "verified"


@pytest.mark.parametrize("days", [1, -1])
async def test_a_day_outside_the_soak_is_refused(systems: Systems, days: int) -> None:
    row = await systems.integration()
    for state in ("set_up", "verifying"):
        await systems.patch(row, {"state": state})
    answer = await systems.verify(row, on=clock.today() + timedelta(days=days))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/verifiedOn")


async def test_it_waits_for_the_licence_that_a_third_party_owes(systems: Systems) -> None:
    licence = await systems.rollout.activity("HAN-A2.04")
    row = await systems.integration(soak=0, licenceActivityId=licence["id"])
    for state in ("set_up", "verifying"):
        await systems.patch(row, {"state": state})
    await systems.verify(row)
    refused = await systems.activate(row)
    assert (refused.status_code, refused.json()["activityId"]) == (409, licence["id"])
    assert (await systems.rollout.patch("HAN-A2.04", {"state": "done"})).status_code == 200
    assert (await systems.activate(row)).status_code == 201


async def test_steps_are_activities_of_the_project_in_their_order(systems: Systems) -> None:
    first, second = [await systems.rollout.activity(ref) for ref in ("HAN-A3.02", "HAN-A2.04")]
    row = await systems.integration(stepActivityIds=[first["id"], second["id"]])
    assert [step["sourceRef"] for step in row["steps"]] == ["HAN-A3.02", "HAN-A2.04"]
    changed = await systems.patch(row, {"stepActivityIds": [second["id"]]})
    assert [step["sourceRef"] for step in changed.json()["steps"]] == ["HAN-A2.04"]
    refused = await systems.patch(row, {"stepActivityIds": [second["id"], str(new_id())]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/stepActivityIds/1")


async def test_a_supplier_sets_up_its_own_and_joint_integrations_and_keeps_no_catalogue(systems: Systems) -> None:
    row = await systems.integration(side="customer")
    assert (await systems.patch(row, {"state": "set_up"}, side="supplier")).status_code == 403
    body = {"key": "sso", "title": {"sv": "SSO"}, "kind": "login"}
    assert (await systems.post(f"{systems.project}/systems", body, side="supplier")).status_code == 403
    own = {"systemId": row["systemId"], "key": "sso", "title": {"sv": "SSO"}, "side": "supplier"}
    assert (await systems.post(f"{systems.project}/integrations", own, side="supplier")).status_code == 201


async def test_a_key_is_used_once(systems: Systems) -> None:
    await systems.system()
    assert (await systems.system()).status_code == 409


async def test_a_templates_systems_are_written_once_with_their_steps(systems: Systems) -> None:
    title = {"sv": "BER", "en": "BER"}
    rows = [
        IntegrationTemplate.model_validate(
            {"key": "ber", "title": title, "kind": "register", "steps": ["HAN-A3.02", "HAN-A2.04", "HAN-I1"]}
        ),
        IntegrationTemplate.model_validate({"key": "teis", "title": title, "kind": "broker"}),
    ]
    async with systems.service.database.transaction(systems.service.tenant) as session:
        service = IntegrationService(session)
        project = UUID(systems.rollout.id)
        written = [await service.add_from_template(project, rows) for _ in range(2)]
        views = await service.list_after(project, None, 10)
    assert written == [2, 0]
    assert [(view.integration.key, view.integration.soak_days) for view in views] == [("ber", 14)]
    assert [activity.source_ref for activity in views[0].steps] == ["HAN-A3.02", "HAN-A2.04"]
