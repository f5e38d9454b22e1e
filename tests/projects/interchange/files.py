"""Short ways to send a file, run its dry run as the worker would, and look at what came of it."""

from dataclasses import dataclass
from typing import Any

import httpx

from services.projects.interchange.service import DRY_RUN
from services.projects.interchange.tasks import interchange_jobs
from shared.kit.files import FileStore
from tests.projects.conftest import BASE, LEADER, Rollout
from tests.support.jobs import Context

MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mspdi": "application/xml",
}


@dataclass
class Judged:
    """An import after its dry run."""

    rollout: Rollout
    row: dict[str, Any]

    async def read(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.rollout.get(f"/imports/{self.row['id']}")).json()
        return found

    async def findings(self, *levels: str) -> list[dict[str, Any]]:
        listed = (await self.rollout.get(f"/imports/{self.row['id']}/findings?limit=200")).json()["items"]
        return [one for one in listed if not levels or one["level"] in levels]

    async def codes(self) -> set[str]:
        return {one["code"] for one in await self.findings()}

    async def changes(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await self.rollout.get(f"/imports/{self.row['id']}/changes?limit=200")).json()[
            "items"
        ]
        return listed

    async def apply(self, *roles: str, all_or_nothing: bool = True, **claims: Any) -> httpx.Response:
        body = {"planHash": self.row["planHash"], "allOrNothing": all_or_nothing}
        return await post(self.rollout, f"/imports/{self.row['id']}/applications", *roles, json=body, **claims)


async def post(rollout: Rollout, path: str, *roles: str, **given: Any) -> httpx.Response:
    sent = {name: given.pop(name) for name in ("json", "content") if name in given}
    headers = rollout.service.as_(*(roles or (LEADER,)), **given) | {"Accept-Language": "sv"}
    return await rollout.service.client.post(BASE + path, headers=headers, **sent)


async def export(rollout: Rollout, name: str, lang: str = "sv", query: str = "") -> bytes:
    headers = rollout.service.as_(LEADER) | {"Accept": MEDIA[name], "Accept-Language": lang}
    answer = await rollout.service.client.get(f"{BASE}/projects/{rollout.id}/exports{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.content


async def send(rollout: Rollout, content: bytes, *roles: str, query: str = "", **claims: Any) -> Judged:
    """Send a file and judge it."""
    answer = await post(rollout, f"/projects/{rollout.id}/imports{query}", *roles, content=content, **claims)
    assert answer.status_code == 202, answer.text
    return await judge(rollout, answer.json()["id"])


async def judge(rollout: Rollout, import_id: str) -> Judged:
    """What the worker does with a file."""
    store = FileStore(rollout.service.settings.file_key_bytes())
    handler = interchange_jobs(store)[DRY_RUN]
    await handler(Context(rollout.service, **{"import": import_id}))
    return Judged(rollout, (await rollout.get(f"/imports/{import_id}")).json())
