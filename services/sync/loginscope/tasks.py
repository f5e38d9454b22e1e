"""What sync hears of login scopes."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.loginscope.service import LoginScopeService
from shared.contracts.identity_account import LoginScopeRemoved, LoginScopeVerified
from shared.queue import EventEnvelope


async def on_login_scope_verified(session: AsyncSession, envelope: EventEnvelope, event: LoginScopeVerified) -> None:
    """Login names of the domain are the tenant's from now on."""
    await LoginScopeService(session).keep(event.scope_id, event.domain)


async def on_login_scope_removed(session: AsyncSession, envelope: EventEnvelope, event: LoginScopeRemoved) -> None:
    """Login names of the domain are the tenant's no longer."""
    await LoginScopeService(session).drop(event.scope_id, event.domain)
