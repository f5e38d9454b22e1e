"""Short ways to the copy log of a project under test."""

from typing import Any

import httpx
import pytest

from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout
from tests.support.services import ServiceUnderTest

COPY: dict[str, Any] = {
    "what": "Frånvaro läsåret 2026/27, export",
    "place": "Filservern, mappen migrering",
    "medium": "server",
    "dataClass": "confidential",
    "isEncrypted": False,
    "madeAt": "2026-06-01T08:00:00Z",
    "purgeDue": "2030-09-30",
}
ENVIRONMENT: dict[str, Any] = {"name": "Test A", "kind": "test", "ownerSide": "supplier", "holdsLiveData": True}
PROOF = {"proof": "Raderad enligt protokoll 17"}


class CopyLog:
    """The copy log of one project, as a caller sees it."""

    def __init__(self, service: ServiceUnderTest, project: str) -> None:
        self.service = service
        self.project = project

    async def post(self, path: str, body: Any, *roles: str, **claims: Any) -> httpx.Response:
        headers = self.service.as_(*(roles or (LEADER,)), **claims)
        return await self.service.client.post(BASE + path, json=body, headers=headers)

    async def log(self, *roles: str, side: str = "customer", **changed: Any) -> httpx.Response:
        return await self.post(f"/projects/{self.project}/copy-log-entries", COPY | changed, *roles, side=side)

    async def environment(self, side: str = "customer", **changed: Any) -> httpx.Response:
        path = f"/projects/{self.project}/migration-environments"
        return await self.post(path, ENVIRONMENT | changed, side=side)

    async def purge(self, copy: str, side: str = "customer") -> httpx.Response:
        return await self.post(f"/copy-log-entries/{copy}/purges", PROOF, side=side)

    async def certify(self, *roles: str, side: str = "customer") -> httpx.Response:
        body = {"statement": "Allt är gallrat enligt loggen"}
        return await self.post(f"/projects/{self.project}/purge-certificates", body, *(roles or (APPROVER,)), side=side)

    async def told(self) -> dict[str, Any] | None:
        """What the gates hear."""
        listed = await self.service.client.get(f"{BASE}/signals?limit=200", headers=self.service.as_(LEADER))
        return next((each["value"] for each in listed.json()["items"] if each["kind"] == "copylog_empty"), None)


@pytest.fixture
def log(rollout: Rollout) -> CopyLog:
    return CopyLog(rollout.service, rollout.id)
