"""Asking another service on its internal routes, with this service's own token for one tenant.

Work that cannot wait for an event asks: what must be known of all services before an answer is given.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from shared.kit.problems import Unavailable
from shared.kit.tracing_http import TracedTransport
from shared.queue.changes import TenantTokens


class NoAnswer(Exception):
    """The service gave no answer; `args[0]` is a word for why. Ask again."""


class InternalCalls:
    """POSTs to `/internal/...` of the services in `urls`."""

    def __init__(
        self, urls: Mapping[str, str], tokens: TenantTokens, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._urls = urls
        self._tokens = tokens
        self._transport = transport

    async def post(self, service: str, tenant: UUID, path: str, body: Any) -> dict[str, Any]:
        """The JSON object that the service answers with. Raises NoAnswer: unreachable, status_<n> or unreadable."""
        try:
            headers = {"Authorization": f"Bearer {await self._tokens.token(service, tenant)}"}
            url = f"{self._urls[service].rstrip('/')}/internal/{path}"
            transport = TracedTransport(self._transport)
            async with httpx.AsyncClient(timeout=60, trust_env=False, transport=transport) as client:
                response = await client.post(url, json=body, headers=headers)
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
