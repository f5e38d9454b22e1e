"""Short ways to the risks of a project under test."""

from typing import Any

import httpx
import pytest

from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout

RISK = {"area": "own", "event": {"sv": "Licensnycklarna kommer för sent"}}


class Register:
    """The risk register of one project, as a caller sees it."""

    def __init__(self, rollout: Rollout) -> None:
        self.rollout = rollout

    async def post(self, path: str, body: Any, *roles: str, **claims: Any) -> httpx.Response:
        headers = self.rollout.service.as_(*(roles or (LEADER,)), **claims)
        return await self.rollout.service.client.post(BASE + path, json=body, headers=headers)

    async def patch(self, path: str, body: Any, *roles: str, version: int = 1, **claims: Any) -> httpx.Response:
        headers = self.rollout.service.as_(*(roles or (LEADER,)), **claims) | {"If-Match": f'"{version}"'}
        return await self.rollout.service.client.patch(BASE + path, json=body, headers=headers)

    async def add(self, **changed: Any) -> dict[str, Any]:
        answer = await self.post(f"/projects/{self.rollout.id}/risks", RISK | changed)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def assess(self, risk: dict[str, Any], level: str, kind: str = "current") -> dict[str, Any]:
        answer = await self.post(f"/risks/{risk['id']}/assessments", {"kind": kind, "level": level})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def accept(self, risk: dict[str, Any], expires_on: str, *roles: str, **claims: Any) -> httpx.Response:
        body = {"reason": "Reservplanen är prövad i mars", "expiresOn": expires_on}
        return await self.post(f"/risks/{risk['id']}/acceptances", body, *(roles or (APPROVER,)), **claims)

    async def read(self, risk: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.rollout.get(f"/risks/{risk['id']}")).json()
        return found

    async def signals(self) -> dict[str, dict[str, Any]]:
        """What the gates hear: the level by area."""
        listed = (await self.rollout.get("/signals?limit=200")).json()["items"]
        return {each["key"]: each["value"] for each in listed if each["kind"] == "risk_level"}


@pytest.fixture
def register(rollout: Rollout) -> Register:
    return Register(rollout)
