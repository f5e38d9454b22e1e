"""What identity holds about one person, shown or forgotten (GDPR articles 15 and 17).

The account is found by the person's id in the roster or by its own id. A protected person's export shows the alias:
identity does not hold the name.
"""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.membership.service import MembershipService
from services.identity.session.service import SessionService
from shared.kit.persondata import ErasureReport, PersonData

KEPT = {
    "journal": "the journal is append-only and holds ids, no names: who changed a right must stay answerable",
    "roles elsewhere": "removed with the account; the other tenants keep their own journals, which hold ids alone",
}


async def export(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """The account, its roles here, and when it logged in where; empty for who has no account."""
    account = await _account(session, person_id)
    if account is None:
        return {}
    roles = await MembershipService(session).of_account(account.id)
    sessions = await SessionService(session).of_account(account.id)
    return {
        "account": account.model_dump(mode="json", exclude={"tenant_id", "version"}),
        "roles": [row.model_dump(mode="json", include={"role", "unit_id", "side", "created_at"}) for row in roles],
        "logins": [row.model_dump(mode="json", include={"auth_time", "acr", "expires_at"}) for row in sessions],
    }


async def erase(session: AsyncSession, person_id: UUID) -> ErasureReport:
    """Delete the account with its login names, sessions and roles in every tenant; its tokens die within a minute."""
    account = await _account(session, person_id)
    if account is None:
        return ErasureReport(0, {})
    await AccountService(session).erase(account)
    return ErasureReport(1, dict(KEPT))


async def _account(session: AsyncSession, person_id: UUID) -> Account | None:
    accounts = AccountService(session)
    return await accounts.find_by_person(person_id) or await accounts.find(person_id)


PERSON_DATA = PersonData(export, erase)
