"""Moving content over HTTP: everything is decided about, nothing goes where it may not, units look last."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.projects.template.delivery import MigrationFlow as FlowTemplate
from services.projects.transfer.service import TransferService
from services.projects.unit.models import Unit
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER, Rollout


class Transfers:
    def __init__(self, rollout: Rollout) -> None:
        self.rollout, self.service = rollout, rollout.service
        self.project = f"/projects/{rollout.id}"

    async def post(self, path: str, body: Any, *roles: str, **claims: Any) -> httpx.Response:
        headers = self.service.as_(*(roles or (LEADER,)), **claims)
        return await self.service.client.post(BASE + path, json=body, headers=headers)

    async def patch(self, path: str, body: Any, version: int, **claims: Any) -> httpx.Response:
        headers = self.service.as_(LEADER, **claims) | {"If-Match": f'"{version}"'}
        return await self.service.client.patch(BASE + path, json=body, headers=headers)

    async def destination(self, key: str, ceiling: str | None = None) -> dict[str, Any]:
        body = {"key": key, "title": {"sv": key}, "ceiling": ceiling}
        found: dict[str, Any] = (await self.post(f"{self.project}/transfer-destinations", body)).json()
        return found

    async def flow(self, **changed: Any) -> dict[str, Any]:
        body = {"content": {"sv": "Kontaktbok", "da": "Kontaktbog"}} | changed
        answer = await self.post(f"{self.project}/migration-flows", body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def decide(self, flow: dict[str, Any], **change: Any) -> dict[str, Any]:
        answer = await self.patch(f"/migration-flows/{flow['id']}", change, flow["version"])
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def placed(self, *categories: dict[str, Any]) -> dict[str, Any]:
        body = {"categories": list(categories)} if categories else {}
        found: dict[str, Any] = (await self.post(f"{self.project}/transfer-routings", body)).json()
        return found

    async def unit(self) -> str:
        unit_id = new_id()
        async with self.service.database.transaction(self.service.tenant) as session:
            session.add(
                Unit(
                    tenant_id=self.service.tenant,
                    id=unit_id,
                    name="Almen",
                    kind="school",
                    school_forms=[],
                    roster_version=1,
                )
            )
        return str(unit_id)


@pytest.fixture
def transfers(rollout: Rollout) -> Transfers:
    return Transfers(rollout)


def outcomes(answer: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(each["outcome"], [doubt["code"] for doubt in each["doubts"]]) for each in answer["placed"]]


async def test_what_nobody_decided_about_is_unrouted_and_what_is_given_up_is_deleted(transfers: Transfers) -> None:
    flow = await transfers.flow()
    assert outcomes(await transfers.placed()) == [("unrouted", ["undecided"])]
    await transfers.decide(flow, disposition="delete")
    answer = await transfers.placed()
    assert (answer["isComplete"], outcomes(answer)) == (True, [("deleted", [])])


@pytest.mark.parametrize(
    ("ceiling", "data_class", "decision", "wanted"),
    [
        (None, "ordinary", None, ("routed", [])),
        (None, "confidential", None, ("refused", ["ceiling_unset"])),
        ("confidential", "confidential", None, ("routed", [])),
        ("ordinary", "confidential", None, ("refused", ["ceiling_exceeded"])),
        ("sensitive", "sensitive", None, ("refused", ["decision_missing"])),
        ("sensitive", "sensitive", "decision:sensitive-content", ("routed", [])),
        ("sensitive", None, None, ("routed", ["class_unset"])),
    ],
)
async def test_content_goes_only_where_its_class_may_go(
    transfers: Transfers, ceiling: str | None, data_class: str | None, decision: str | None, wanted: Any
) -> None:
    target = await transfers.destination("archive", ceiling)
    flow = await transfers.flow()
    choice = {"disposition": "route", "destinationId": target["id"], "dataClass": data_class, "decisionRef": decision}
    await transfers.decide(flow, **choice)
    assert outcomes(await transfers.placed()) == [wanted]


async def test_a_category_is_matched_by_its_words_level_age_and_sensitivity(transfers: Transfers) -> None:
    target = await transfers.destination("drive", "confidential")
    flow = await transfers.flow(scope="group", currency="historic", isSensitive=False, dataClass="ordinary")
    await transfers.decide(flow, disposition="route", destinationId=target["id"])
    known = {"content": "kontaktbog", "scope": "group", "currency": "historic", "isSensitive": False}
    answer = await transfers.placed(
        known, known | {"scope": "school"}, known | {"currency": "current"}, known | {"isSensitive": True}
    )
    assert [each["outcome"] for each in answer["placed"]] == ["routed", "unrouted", "unrouted", "unrouted"]
    assert answer["isComplete"] is False


async def test_a_route_needs_a_destination_of_the_project(transfers: Transfers) -> None:
    flow = await transfers.flow()
    path = f"/migration-flows/{flow['id']}"
    for change in ({"disposition": "route"}, {"disposition": "route", "destinationId": str(new_id())}):
        answer = await transfers.patch(path, change, 1)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/destinationId")


async def test_a_live_run_waits_for_every_category_and_ends_with_every_unit(transfers: Transfers) -> None:
    target, unit = await transfers.destination("drive", "ordinary"), await transfers.unit()
    flow, other = await transfers.flow(), await transfers.flow(content={"sv": "Klasslogg"})
    await transfers.decide(flow, disposition="route", destinationId=target["id"], dataClass="ordinary")
    runs, live = f"{transfers.project}/migration-runs", {"flowId": flow["id"], "kind": "live", "unitIds": [unit]}
    refused = await transfers.post(runs, live)
    assert (refused.status_code, refused.json()["flows"]) == (409, [other["id"]])
    assert (await transfers.post(runs, live | {"kind": "trial"}, side="supplier")).status_code == 201
    await transfers.decide(other, disposition="delete")
    assert (await transfers.post(runs, live | {"unitIds": []})).status_code == 422
    run = (await transfers.post(runs, live)).json()
    path = f"/migration-runs/{run['id']}"
    early = await transfers.patch(path, {"state": "done"}, 1)
    assert (early.status_code, early.json()["units"]) == (409, [unit])
    check = {"unitId": unit, "result": "corrections"}
    assert (await transfers.post(f"{path}/checks", check, side="supplier")).status_code == 403
    assert (await transfers.post(f"{path}/checks", check, f"unit_head@{new_id()}")).status_code == 403
    assert (await transfers.post(f"{path}/checks", check, f"unit_head@{unit}")).status_code == 201
    assert (await transfers.patch(path, {"state": "done"}, 2)).status_code == 409
    await transfers.post(f"{path}/checks", check | {"result": "ok"}, f"unit_head@{unit}")
    done = await transfers.patch(path, {"state": "done", "items": 1240}, 3)
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert (await transfers.patch(path, {"items": 1}, 4)).status_code == 409


async def test_content_of_an_unknown_class_does_not_move_for_real(transfers: Transfers) -> None:
    target, unit = await transfers.destination("drive", "ordinary"), await transfers.unit()
    flow = await transfers.flow()
    await transfers.decide(flow, disposition="route", destinationId=target["id"])
    body = {"flowId": flow["id"], "kind": "live", "unitIds": [unit]}
    assert (await transfers.post(f"{transfers.project}/migration-runs", body)).status_code == 409


async def test_where_content_goes_is_the_customers_decision(transfers: Transfers) -> None:
    flow = await transfers.flow()
    refused = await transfers.patch(f"/migration-flows/{flow['id']}", {"disposition": "delete"}, 1, side="supplier")
    assert refused.status_code == 403


async def test_a_templates_flows_are_written_once_and_their_destinations_have_no_ceiling(
    transfers: Transfers,
) -> None:
    text = {"sv": "Klasslogg", "en": "Class log"}
    rows = [
        FlowTemplate.model_validate(
            {"source_ref": "AU-DM05", "scope": "group", "content": text, "destination": {"sv": "Aula", "en": "Aula"}}
        ),
        FlowTemplate.model_validate({"source_ref": "HAN-MC1", "content": text, "enabled_if": "migration_ordered"}),
    ]
    async with transfers.service.database.transaction(transfers.service.tenant) as session:
        service = TransferService(session)
        project = UUID(transfers.rollout.id)
        written = [await service.add_from_template(project, rows, frozenset()) for _ in range(2)]
        flows, destinations = await service.flows(project), await service.destinations(project)
    assert written == [2, 0]
    assert [(flow.disposition, flow.is_enabled) for flow in flows] == [("route", True), (None, False)]
    assert [(each.key, each.ceiling) for each in destinations] == [("aula", None)]
