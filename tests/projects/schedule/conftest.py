"""A rollout whose rows can be linked, moved and asked about."""

from typing import Any

import httpx
import pytest

from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout


class Planned:
    """Short ways to the schedule of a rollout; rows go by their `sourceRef`."""

    def __init__(self, rollout: Rollout) -> None:
        self.rollout = rollout
        self.ids: dict[str, str] = {}

    async def id(self, source_ref: str) -> str:
        if not self.ids:
            listed = (await self.rollout.get(f"/projects/{self.rollout.id}/activities?limit=200")).json()["items"]
            self.ids = {row["sourceRef"]: row["id"] for row in listed}
        return self.ids[source_ref]

    async def post(self, path: str, body: Any, *roles: str, **claims: Any) -> httpx.Response:
        more = {"If-Match": f'"{claims.pop("version")}"'} if "version" in claims else {}
        headers = self.rollout.service.as_(*(roles or (LEADER, APPROVER)), **claims) | more
        return await self.rollout.service.client.post(f"{BASE}{path}", json=body, headers=headers)

    async def link(self, first: str, second: str, **more: Any) -> httpx.Response:
        body = {"predecessorId": await self.id(first), "successorId": await self.id(second)} | more
        return await self.post(f"/projects/{self.rollout.id}/dependencies", body)

    async def patch(self, source_ref: str, change: dict[str, Any]) -> None:
        answer = await self.rollout.patch(source_ref, change)
        assert answer.status_code == 200, answer.text

    async def schedule(self, **query: str) -> dict[str, Any]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer = await self.rollout.get(f"/projects/{self.rollout.id}/schedule?{asked}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def row(self, source_ref: str) -> dict[str, Any]:
        rows = (await self.schedule())["activities"]
        found: dict[str, Any] = next(row for row in rows if row["sourceRef"] == source_ref)
        return found

    async def move(self, source_ref: str, window: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
        return {"moves": [{"activityId": await self.id(source_ref), "window": window} | more]}

    async def simulate(self, body: dict[str, Any]) -> httpx.Response:
        return await self.post(f"/projects/{self.rollout.id}/schedule-simulations", body)

    async def version(self) -> int:
        found: int = (await self.rollout.get(f"/projects/{self.rollout.id}")).json()["version"]
        return found

    async def reschedule(self, body: dict[str, Any], *roles: str, **claims: Any) -> httpx.Response:
        claims = {"version": await self.version()} | claims
        return await self.post(f"/projects/{self.rollout.id}/reschedules", body, *roles, **claims)


@pytest.fixture
def planned(rollout: Rollout) -> Planned:
    return Planned(rollout)
