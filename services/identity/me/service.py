"""Finds the name of the caller, wherever the caller's account lives."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import AccountService
from services.identity.client.service import ClientService
from services.identity.membership.service import MembershipService
from services.identity.tenant.service import acting_in
from shared.auth import Principal


async def display_name(session: AsyncSession, caller: Principal) -> str | None:
    """The caller's own display name (the alias of a protected person); None when the account is gone."""
    if caller.side is None or caller.acr is None:
        client = await ClientService(session).find(caller.subject)
        return client.name if client else None
    account = await AccountService(session).find(caller.subject)
    if account is None:
        held = await MembershipService(session).of_account(caller.subject)
        if not held:
            return None
        async with acting_in(session, held[0].home_tenant_id):
            account = await AccountService(session).find(caller.subject)
    return account.display_name if account else None
