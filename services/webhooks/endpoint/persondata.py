"""What webhooks holds about a person: that an account registered an endpoint. Events hold ids of persons, no facts."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.endpoint.service import EndpointService
from shared.kit.persondata import ErasureReport, PersonData


async def export(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """The endpoints that the account registered."""
    found = await EndpointService(session).created_by(person_id)
    return {"endpoints": [{"id": str(row.id), "createdAt": row.created_at.isoformat()} for row in found]}


async def erase(session: AsyncSession, person_id: UUID) -> ErasureReport:
    """Forget who registered the endpoints; they go on working for the tenant."""
    return ErasureReport(erased=await EndpointService(session).forget_creator(person_id), kept={})


PERSON_DATA = PersonData(export=export, erase=erase)
