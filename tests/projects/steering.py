"""Short ways to bodies, decisions and meetings of a project under test."""

from typing import Any

import httpx
from sqlalchemy import text

from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout

TITLE = {"sv": "Styrgrupp", "en": "Steering group"}
QUESTION = {"sv": "Ska vårdnadshavarna anslutas?", "en": "Shall the guardians be connected?"}


async def post(rollout: Rollout, path: str, body: Any = None, *roles: str, **claims: Any) -> httpx.Response:
    headers = rollout.service.as_(*(roles or (LEADER, APPROVER)), **claims)
    return await rollout.service.client.post(BASE + path, json=body, headers=headers)


async def patch(rollout: Rollout, path: str, body: Any, *roles: str, version: int = 1, **claims: Any) -> httpx.Response:
    headers = rollout.service.as_(*(roles or (LEADER, APPROVER)), **claims) | {"If-Match": f'"{version}"'}
    return await rollout.service.client.patch(BASE + path, json=body, headers=headers)


async def make(rollout: Rollout, path: str, body: Any = None, *roles: str, **claims: Any) -> dict[str, Any]:
    """What was created; fails unless it was."""
    answer = await post(rollout, path, body, *roles, **claims)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def read(rollout: Rollout, path: str) -> dict[str, Any]:
    answer = await rollout.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(rollout: Rollout, type_: str) -> list[dict[str, Any]]:
    """The data of the events of a type, in order; needs a project whose commits are real."""
    query = text("SELECT data FROM outbox WHERE type = :type ORDER BY seq")
    async with rollout.service.relay.transaction(None) as session:
        return [row.data for row in await session.execute(query, {"type": f"projects.{type_}.v1"})]


async def make_body(rollout: Rollout, key: str = "board", **more: Any) -> dict[str, Any]:
    body = {"key": key, "level": "strategic", "mandate": "decides", "title": TITLE} | more
    return await make(rollout, f"/projects/{rollout.id}/bodies", body)


async def make_decision(rollout: Rollout, key: str = "connect", **more: Any) -> dict[str, Any]:
    return await make(rollout, f"/projects/{rollout.id}/decisions", {"key": key, "question": QUESTION} | more)


async def take(rollout: Rollout, decision: dict[str, Any], body: dict[str, Any], **more: Any) -> httpx.Response:
    said = {"bodyId": body["id"], "outcome": "Vårdnadshavarna ansluts i augusti"} | more
    return await post(rollout, f"/decisions/{decision['id']}/outcomes", said)
