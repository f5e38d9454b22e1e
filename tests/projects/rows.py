"""Short ways to a plan's rows for tests: any request as any caller, own rows, units and what rows per unit they get."""

from typing import Any

import httpx

from services.projects.unit.models import Unit
from services.projects.unit.service import UnitService
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER, Rollout

TITLE = {"sv": "Öppna brandväggen", "en": "Open the firewall"}
MAY = {"start": "2027-05-03", "end": "2027-05-28", "precision": "week"}


async def send(
    rollout: Rollout,
    method: str,
    path: str,
    body: Any = None,
    *roles: str,
    version: int | None = None,
    lang: str = "en",
    **claims: Any,
) -> httpx.Response:
    """One request; without roles the caller leads the project for the customer."""
    headers = rollout.service.as_(*(roles or (LEADER,)), **claims) | {"Accept-Language": lang}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return await rollout.service.client.request(method, BASE + path, json=body, headers=headers)


async def phase_of(rollout: Rollout, source_ref: str = "HAN-A1.01") -> str:
    return str((await rollout.activity(source_ref))["phaseId"])


async def own_row(rollout: Rollout, *roles: str, **changed: Any) -> dict[str, Any]:
    """A row that the customer added."""
    body = {"title": TITLE, "phaseId": await phase_of(rollout)} | changed
    answer = await send(rollout, "POST", f"/projects/{rollout.id}/activities", body, *roles)
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


async def read(rollout: Rollout, activity_id: str) -> dict[str, Any]:
    row: dict[str, Any] = (await rollout.get(f"/activities/{activity_id}")).json()
    return row


async def units(rollout: Rollout, *names: str, ended: bool = False) -> list[str]:
    """Schools as sync's feed would bring them; their ids."""
    rows = [
        Unit(
            tenant_id=rollout.service.tenant,
            id=new_id(),
            name=name,
            kind="school",
            is_ended=ended,
            roster_version=1,
        )
        for name in names
    ]
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        await UnitService(session)._units.put(rows)
    return [str(row.id) for row in rows]


async def divide(rollout: Rollout, activity_id: str, unit_ids: list[str]) -> list[str]:
    """Carry a row out at these units; the ids of its rows there, in the order of the units."""
    answer = await send(rollout, "POST", f"/activities/{activity_id}/children", {"unitIds": unit_ids})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    by_unit = {row["unitId"]: row["activityId"] for row in [*told["added"], *told["present"]]}
    return [by_unit[unit_id] for unit_id in unit_ids]


async def move(rollout: Rollout, activity_id: str, state: str, *roles: str, **claims: Any) -> httpx.Response:
    version = (await read(rollout, activity_id))["version"]
    return await send(
        rollout, "PATCH", f"/activities/{activity_id}", {"state": state}, *roles, version=version, **claims
    )
