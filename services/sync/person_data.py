"""What sync holds about one person, shown or forgotten (GDPR articles 15 and 17)."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.person.erasing import forget_person, show_person
from services.sync.platform.forgetting import show_platform_rows
from shared.kit.persondata import PersonData


async def _show(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    return await show_person(session, person_id) | {"platform_account": await show_platform_rows(session, person_id)}


PERSON_DATA = PersonData(_show, forget_person)
