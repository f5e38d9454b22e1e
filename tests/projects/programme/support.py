"""A programme under test, made from the Danish template with the dates of its source."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.projects.conftest import BASE, LEADER
from tests.support.services import ServiceUnderTest

CREATE: dict[str, Any] = {
    "key": "skolplattform",
    "title": {"da": "National skoleplatform"},
    "templateKey": "dk-programme-12-12-12",
    "templateVersion": "1.0.0",
    "anchors": {"pilot_start": "2018-09"},
    "gatesOnReadiness": True,
}
BODY: dict[str, Any] = {"side": "programme"}


@dataclass
class Programme:
    """A programme and short ways to its parts, for a leader of the programme body."""

    service: ServiceUnderTest
    id: str

    async def send(
        self, method: str, path: str, body: Any = None, *roles: str, version: int | None = None, **claims: Any
    ) -> httpx.Response:
        headers = self.service.as_(*(roles or (LEADER,)), **(BODY | claims))
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.service.client.request(method, BASE + path, json=body, headers=headers)

    async def waves(self) -> dict[str, dict[str, Any]]:
        answer = await self.send("GET", f"/programmes/{self.id}/waves")
        return {wave["key"]: wave for wave in answer.json()["items"]}

    async def add(self, **changed: Any) -> dict[str, Any]:
        body = {"kind": "municipality", "code": "0751", "name": "Björkby kommun", "waveKey": "main"} | changed
        answer = await self.send("POST", f"/programmes/{self.id}/members", body)
        assert answer.status_code == 201, answer.text
        member: dict[str, Any] = answer.json()
        return member

    async def member(self, member_id: str) -> dict[str, Any]:
        member: dict[str, Any] = (await self.send("GET", f"/members/{member_id}")).json()
        return member

    async def started(self, key: str = "main") -> None:
        wave = (await self.waves())[key]
        assert (await self.send("POST", f"/waves/{wave['id']}/starts")).status_code == 200


async def make_programme(service: ServiceUnderTest, tenant: UUID | None = None, **changed: Any) -> Programme:
    headers = service.as_(LEADER, tenant=tenant, **BODY)
    answer = await service.client.post(f"{BASE}/programmes", json=CREATE | changed, headers=headers)
    assert answer.status_code == 201, answer.text
    return Programme(service, answer.json()["id"])


@pytest.fixture
async def programme(projects: ServiceUnderTest) -> Programme:
    return await make_programme(projects)
