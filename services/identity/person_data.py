"""What identity holds about one person, shown or forgotten (GDPR articles 15 and 17).

The account is found by the person's id in the roster or by its own id. A protected person's export shows the alias:
identity does not hold the name.
"""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.alternative.service import AlternativeService
from services.identity.breakglass.service import uses_of
from services.identity.handover.service import HandoverService
from services.identity.loginlog.service import LoginLogService
from services.identity.membership.service import MembershipService
from services.identity.roster.service import RosterService
from services.identity.session.service import SessionService
from services.identity.trial.service import forget_tried, tried
from shared.kit.persondata import ErasureReport, PersonData

KEPT = {
    "journal": "the journal is append-only and holds ids, no names: who changed a right must stay answerable",
    "log of logins": "that somebody logged in, when and how surely, stays for the tenant's term, without the account",
    "roles elsewhere": "removed with the account; the other tenants keep their own journals, which hold ids alone",
}

_WAY = {"provider_id", "confirmed_by", "created_at"}
_CASE = {"kind", "person_id", "state", "decided_at"}
_OFFER = {"role", "unit_id", "state", "offered_at"}
_TRIED = {"provider_id", "state", "acr", "concluded_at"}
_TIE = {"population", "unit_id", "child_id"}


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
        **await _more(session, account),
    }


async def _more(session: AsyncSession, account: Account) -> dict[str, Any]:
    """How else the account can be logged in to, what waits for a decision, which roles were offered to it.

    A provider's own name for the person is kept as a digest alone, which tells nobody anything.
    """
    alternatives = AlternativeService(session)
    ways = await alternatives.list(200, None, account.id)
    cases = await alternatives.cases_of(account.id)
    offers = await HandoverService(session).of_account(account.id)
    uses = await uses_of(session, account.id)
    ties = await RosterService(session).ties_of(account.person_id) if account.person_id else ()
    entries = await LoginLogService(session).of_account(account.id)
    shown = {
        "login_log": [row.model_dump(mode="json", exclude={"tenant_id", "id", "account_id"}) for row in entries],
        "login_trials": [row.model_dump(mode="json", include=_TRIED) for row in await tried(session, account.id)],
        "alternatives": [row.model_dump(mode="json", include=_WAY) for row in ways],
        "link_cases": [row.model_dump(mode="json", include=_CASE) for row in cases],
        "handovers": [row.model_dump(mode="json", include=_OFFER) for row in offers],
        "break_glass_uses": [row.model_dump(mode="json", include={"used_at", "acknowledged_at"}) for row in uses],
        "populations": [row.model_dump(mode="json", include=_TIE) for row in ties],
    }
    return {name: rows for name, rows in shown.items() if rows}


async def erase(session: AsyncSession, person_id: UUID) -> ErasureReport:
    """Delete the account with its login names, other ways in, sessions and roles in every tenant, and what made the
    person a pupil or guardian; its tokens die within a minute."""
    account = await _account(session, person_id)
    ties = await RosterService(session).forget_ties(account.person_id or person_id if account else person_id)
    if account is None:
        return ErasureReport(ties, {})
    logins = await LoginLogService(session).forget(account.id) + await forget_tried(session, account.id)
    await AccountService(session).erase(account)
    return ErasureReport(1 + ties + logins, dict(KEPT))


async def _account(session: AsyncSession, person_id: UUID) -> Account | None:
    accounts = AccountService(session)
    return await accounts.find_by_person(person_id) or await accounts.find(person_id)


PERSON_DATA = PersonData(export, erase)
