"""Asking another service about one person: its internal routes, with sync's own token for the tenant."""

from typing import Any
from uuid import UUID

from shared.kit.persondata import ErasureReport
from shared.queue.asking import InternalCalls, NoAnswer

OTHERS = ("identity", "projects", "training", "webhooks")
"""Every service besides sync that may hold something of a person; a test holds this to who has handlers."""


class Asker:
    """The other services' answers about persons."""

    def __init__(self, calls: InternalCalls) -> None:
        self._calls = calls

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
        return await self._calls.post(service, tenant, path, {"personId": str(person_id)})
