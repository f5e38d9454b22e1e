"""Short ways for tests of the quality work: calls as a leader, units, goals, indicators."""

from typing import Any
from uuid import UUID

import httpx

from services.projects.unit.models import Unit
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER
from tests.support.services import ServiceUnderTest

TITLE = {"sv": "Frånvaro i plattformen", "en": "Absence in the platform", "da": None}


async def call(
    service: ServiceUnderTest,
    method: str,
    path: str,
    body: Any = None,
    *roles: str,
    version: int | None = None,
    **claims: Any,
) -> httpx.Response:
    """A request below /projects/v1, as a leader of the customer where nothing else is said."""
    headers = service.as_(*(roles or (LEADER,)), **claims)
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return await service.client.request(method, BASE + path, json=body, headers=headers)


async def ok(service: ServiceUnderTest, method: str, path: str, body: Any = None, *roles: str, **more: Any) -> Any:
    """The JSON of an answer that must be good."""
    answer = await call(service, method, path, body, *roles, **more)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def add_units(service: ServiceUnderTest, count: int) -> list[str]:
    """Copied units of the tenant, as the roster would have brought them."""
    ids = sorted(new_id() for _ in range(count))
    async with service.database.transaction(service.tenant) as session:
        for number, unit_id in enumerate(ids):
            unit = Unit(tenant_id=service.tenant, id=unit_id, name=f"Skola {number}", kind="school", roster_version=1)
            session.add(unit)
    return [str(unit_id) for unit_id in ids]


async def add_goal(service: ServiceUnderTest, project: str, **changed: Any) -> dict[str, Any]:
    body = {"kind": "effect", "title": TITLE} | changed
    goal: dict[str, Any] = await ok(service, "POST", f"/projects/{project}/goals", body)
    return goal


async def add_indicator(service: ServiceUnderTest, project: str, **changed: Any) -> dict[str, Any]:
    goal = await add_goal(service, project)
    body = {"title": TITLE, "unit": "percent", "direction": "up"} | changed
    indicator: dict[str, Any] = await ok(service, "POST", f"/goals/{goal['id']}/indicators", body)
    return indicator


def reading(kind: str, value: float, year: int = 2027, **more: Any) -> dict[str, Any]:
    """A measurement of one calendar year."""
    period = {"periodStart": f"{year}-01-01", "periodEnd": f"{year}-12-31"}
    return {"kind": kind, "value": value, "source": "Skolornas statistik"} | period | more


async def signals(service: ServiceUnderTest, kind: str) -> dict[str, Any]:
    """The values of the own signals of a kind, by key."""
    listed = (await ok(service, "GET", "/signals?limit=200"))["items"]
    return {row["key"]: row["value"] for row in listed if row["kind"] == kind and row["source"] == "projects"}


def subject() -> UUID:
    return new_id()
