"""Reads what a caller is said to be allowed, and does it."""

from typing import Any

import httpx

from tests.support.services import ServiceUnderTest

GATEWAY = "http://gateway.test"
BASIC = "urn:startklar:loa:basic"
NO_ROLE, NO_SCOPE = "None of your roles allows it", "The client lacks the scope that this needs"
TOO_WEAK = "Needs a login at a higher level of assurance"


async def actions(identity: ServiceUnderTest, path: str, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The actions that the resource at `path` names to this caller."""
    response = await identity.client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    return {action["action"]: action for action in response.json()["allowedActions"]}


async def verdicts(
    identity: ServiceUnderTest, path: str, headers: dict[str, str]
) -> dict[str, tuple[bool, str | None]]:
    """By action: whether it is allowed, and why not."""
    found = await actions(identity, path, headers)
    return {name: (action["allowed"], action["reason"]) for name, action in found.items()}


async def act(
    identity: ServiceUnderTest, action: dict[str, Any], headers: dict[str, str], version: int = 1, **body: Any
) -> httpx.Response:
    """Send what the action says, where it says."""
    assert action["href"].startswith(GATEWAY)
    return await identity.client.request(
        action["method"],
        action["href"].removeprefix(GATEWAY),
        headers=headers | {"If-Match": f'"{version}"'},
        json=body or None,
    )
