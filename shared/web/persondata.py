"""`/internal/person-exports` and `/internal/person-erasures`: one service's answer about one person.

Sync, which owns persons, asks every service. The caller's token names the tenant; the person's id travels in the body,
never in a URL.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from shared.auth import Principal, Scope, internal
from shared.kit.kit_tables import forget_answers
from shared.kit.persondata import PersonData
from shared.web.models import ApiInput, ApiModel
from shared.web.route import new_router
from shared.web.runtime import SessionDep

ExportCaller = Annotated[Principal, internal(Scope.persons_read)]
ErasureCaller = Annotated[Principal, internal(Scope.persons_write)]


class PersonAsked(ApiInput):
    person_id: UUID


class ErasureAnswer(ApiModel):
    """Rows erased or made anonymous, and what is kept with its reason."""

    erased: int
    kept: dict[str, str]


def person_data_router(service: str, handlers: PersonData) -> APIRouter:
    """The two routes of `service`, on its two handlers."""
    router = new_router("internal")

    async def export(caller: ExportCaller, session: SessionDep, body: PersonAsked) -> dict[str, Any]:
        """Everything that this service holds about one person (GDPR article 15)."""
        return await handlers.export(session, body.person_id)

    async def erase(caller: ErasureCaller, session: SessionDep, body: PersonAsked) -> ErasureAnswer:
        """Forget one person (GDPR article 17), in answers kept for replay too; repeating it changes nothing."""
        report = await handlers.erase(session, body.person_id)
        await forget_answers(session)
        return ErasureAnswer(erased=report.erased, kept=report.kept)

    router.add_api_route("/person-exports", export, name=f"{service}_person_export", methods=["POST"])
    router.add_api_route("/person-erasures", erase, name=f"{service}_person_erase", methods=["POST"])
    return router
