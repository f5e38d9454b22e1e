"""Asking another service about one person: its internal routes, with sync's own token for the tenant."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from shared.kit.persondata import ErasureReport
from shared.kit.problems import Unavailable
from shared.queue.changes import TenantTokens

OTHERS = ("identity", "projects", "training", "webhooks")
"""Every service besides sync that may hold something of a person; a test holds this to who has handlers."""


class NoAnswer(Exception):
    """The service gave no answer; `args[0]` is a word for why. Ask again."""


class Asker:
    """The other services' answers about persons."""

    def __init__(
        self, urls: Mapping[str, str], tokens: TenantTokens, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._urls = urls
        self._tokens = tokens
        self._transport = transport

    async def export(self, service: str, tenant: UUID, person_id: UUID) -> dict[str, Any]:
        """Everything that the service holds. Raises NoAnswer."""
        return await self._ask(service, tenant, "person-exports", person_id)

    async def erase(self, service: str, tenant: UUID, person_id: UUID) -> ErasureReport:
        """Let the service forget the person. Raises NoAnswer."""
        answer = await self._ask(service, tenant, "person-erasures", person_id)
        try:
            return ErasureReport(int(answer["erased"]), {str(key): str(why) for key, why in answer["kept"].items()})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NoAnswer("unreadable") from error

    async def _ask(self, service: str, tenant: UUID, path: str, person_id: UUID) -> dict[str, Any]:
        try:
            headers = {"Authorization": f"Bearer {await self._tokens.token(service, tenant)}"}
            async with httpx.AsyncClient(timeout=60, trust_env=False, transport=self._transport) as client:
                response = await client.post(
                    f"{self._urls[service].rstrip('/')}/internal/{path}",
                    json={"personId": str(person_id)},
                    headers=headers,
                )
        except (httpx.HTTPError, Unavailable, KeyError) as error:
            raise NoAnswer("unreachable") from error
        if response.status_code != httpx.codes.OK:
            raise NoAnswer(f"status_{response.status_code}")
        try:
            answer = response.json()
        except ValueError as error:
            raise NoAnswer("unreadable") from error
        if not isinstance(answer, dict):
            raise NoAnswer("unreadable")
        return answer
