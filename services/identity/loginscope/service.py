"""Decisions about login scopes: whose login names a tenant's providers may assert.

Without this, every member of a federation could assert every other member's people. A scope is proved by what the
federation signed or by the platform's operator, never by the tenant's own word, and for one tenant at a time.
"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.login_name import scope_of
from services.identity.loginscope.errors import LoginScopeNotFound, LoginScopeNotProved, LoginScopeTaken
from services.identity.loginscope.models import LoginScope
from services.identity.loginscope.repository import LoginScopeRepository
from services.identity.loginscope.signed import signed_evidence
from services.identity.revocation.service import Revocation
from shared.contracts.identity_account import LoginScopeRemoved, LoginScopeVerified
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

How = Literal["federation", "operator"]


class LoginScopeService:
    """The login scopes of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = LoginScopeRepository(session)

    async def request(self, domain: str) -> LoginScope:
        """Ask for a domain; what was asked for before is given back as it is."""
        present = await self._repository.find_by_domain(domain)
        if present is not None:
            return present
        scope = LoginScope(tenant_id=tenant_of(self._session), domain=domain, requested_by=self._caller())
        self._repository.add(scope)
        await self._session.flush()
        await record(self._session, "login_scope.requested", "login_scope", scope.id, after={"domain": domain})
        return scope

    async def verify(self, domain: str, how: How, evidence: str) -> LoginScope:
        """The domain is the tenant's. Raises LoginScopeTaken. Verifying again changes nothing."""
        scope = await self.request(domain)
        if scope.state == "verified":
            return scope
        if not await self._repository.is_free(domain):
            raise LoginScopeTaken()
        scope.state, scope.how, scope.evidence = "verified", how, evidence
        scope.verified_by, scope.verified_at = self._caller(), clock.now()
        scope.touch()
        after = {"state": "verified", "domain": domain, "how": how}
        await record(self._session, "login_scope.verified", "login_scope", scope.id, after=after)
        await publish(self._session, LoginScopeVerified(scope_id=scope.id, domain=domain))
        return scope

    async def prove(self, scope_id: UUID) -> LoginScope:
        """Verify a further domain by what a federation signed about an active provider of the tenant's.

        The first one is the operator's to vouch for: nobody signs whose provider it is.

        Raises LoginScopeNotFound, LoginScopeNotProved, LoginScopeTaken.
        """
        scope = await self._repository.get_locked(scope_id)
        vouched = await self._repository.vouched()
        evidence = await signed_evidence(self._session, scope.domain, vouched)
        if evidence is None:
            raise LoginScopeNotProved()
        return await self.verify(scope.domain, "federation", evidence)

    async def remove(self, scope_id: UUID, expected_version: int) -> int:
        """The domain is the tenant's no longer: no login by it, and whoever came in by it is cut off; how many.

        Raises LoginScopeNotFound, StaleVersion.
        """
        scope = await self._repository.get_locked(scope_id)
        check_version(expected_version, scope.version)
        before = {"state": scope.state, "domain": scope.domain}
        await self._repository.delete(scope)
        ended = await Revocation(self._session).of_scope(scope.domain) if scope.state == "verified" else 0
        after = {"ended": ended}
        await record(self._session, "login_scope.removed", "login_scope", scope.id, before=before, after=after)
        if scope.state == "verified":
            await publish(self._session, LoginScopeRemoved(scope_id=scope.id, domain=scope.domain))
        return ended

    async def is_own(self, login_name: str) -> bool:
        """Whether a scoped login name is of the tenant; False for a name without a scope or with a broken one."""
        scope = scope_of(login_name)
        return scope is not None and await self._repository.is_verified(scope)

    async def get(self, scope_id: UUID) -> LoginScope:
        """The scope; raises LoginScopeNotFound."""
        scope = await self._repository.find(scope_id)
        if scope is None:
            raise LoginScopeNotFound()
        return scope

    async def list(self, limit: int, after: UUID | None) -> Sequence[LoginScope]:
        return await self._repository.list(limit, after)

    def _caller(self) -> UUID | None:
        principal = self._session.info.get("principal")
        return principal.subject if principal else None
