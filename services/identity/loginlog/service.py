"""Writes, shows and forgets who logged in how.

A success is written in the login's own transaction, so that no session stands without its entry. A failure has one of
its own. Of people whom we do not know only a count is kept: whoever mistypes a name must not be found here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.assurance.evaluation import Assurance
from services.identity.loginlog.filter import LogFilter
from services.identity.loginlog.models import LoginEntry, LoginFailure, LoginLogSetting
from services.identity.loginlog.repository import LoginLogRepository
from services.identity.proof.faults import LoginFault
from services.identity.provider.models import IdentityProvider
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.web.preconditions import check_version

DEFAULT_RETENTION_DAYS = 400


class LoginLogService:
    """The log of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = LoginLogRepository(session)

    def succeeded(
        self,
        provider: IdentityProvider,
        account_id: UUID,
        assurance: Assurance,
        *,
        client_id: str | None = None,
        is_step_up: bool = False,
    ) -> None:
        """Add a login to the caller's transaction."""
        values = success_values(provider, account_id, assurance, client_id)
        self._repository.add(LoginEntry(**values | {"is_step_up": is_step_up}))

    async def failed(
        self,
        provider: IdentityProvider,
        fault: LoginFault,
        *,
        account_id: UUID | None = None,
        client_id: str | None = None,
        is_step_up: bool = False,
    ) -> None:
        """Add a refused login to the caller's transaction: an entry for a known account, else a count."""
        if account_id is None:
            tenant, day = tenant_of(self._session), clock.now().date()
            await self._repository.count(tenant, day, provider.id, fault.value)
            return
        values = _values(provider, "failed", account_id, client_id)
        self._repository.add(LoginEntry(**values | {"fault": fault.value, "is_step_up": is_step_up}))

    async def list(self, wanted: LogFilter, limit: int, before: UUID | None) -> Sequence[LoginEntry]:
        """Entries that fit, newest first."""
        return await self._repository.list(wanted, limit, before)

    async def failures(self, days: int) -> Sequence[LoginFailure]:
        """The counts of the last days, newest first."""
        return await self._repository.failures(clock.now().date() - timedelta(days=days))

    async def newest_success(self, provider_id: UUID, since: datetime) -> LoginEntry | None:
        """The last real login at a provider after `since`, by which its evidence is renewed."""
        return await self._repository.newest_success(provider_id, since)

    async def of_account(self, account_id: UUID) -> Sequence[LoginEntry]:
        """All that is kept about one account, oldest first."""
        return await self._repository.of_account(account_id)

    async def forget(self, account_id: UUID) -> int:
        """Make an account's entries anonymous; how many there were."""
        return await self._repository.forget(account_id)

    async def setting(self) -> LoginLogSetting:
        """How long the tenant keeps its log; version 0 stands for the default that nobody has changed."""
        return await self._repository.setting() or self._default()

    async def keep_for(self, expected_version: int, days: int) -> LoginLogSetting:
        """Change how long the log is kept; what is too old goes at the next nightly run. Raises StaleVersion."""
        found = await self._repository.setting(is_locked=True)
        setting = found or self._default()
        check_version(expected_version, setting.version)
        before, setting.retention_days = setting.retention_days, days
        setting.touch()
        self._repository.add(setting)
        await record(
            self._session,
            "login_log.retention_changed",
            "login_log_setting",
            setting.id,
            before={"days": before},
            after={"days": days},
        )
        return setting

    async def expire(self) -> int:
        """Delete what is older than the tenant keeps, and journal how many entries that was."""
        setting = await self.setting()
        until = clock.now() - timedelta(days=setting.retention_days)
        deleted = await self._repository.delete_until(until, until.date())
        if deleted:
            after = {"deleted": deleted, "olderThan": until.isoformat()}
            await record(self._session, "login_log.expired", "login_log_setting", setting.id, after=after)
        return deleted

    def _default(self) -> LoginLogSetting:
        tenant = tenant_of(self._session)
        return LoginLogSetting(tenant_id=tenant, id=tenant, version=0, retention_days=DEFAULT_RETENTION_DAYS)


def success_values(
    provider: IdentityProvider, account_id: UUID, assurance: Assurance, client_id: str | None
) -> dict[str, Any]:
    """The row of a login that is no step-up, by column."""
    how = {
        "acr": assurance.acr.value,
        "amr": list(assurance.amr),
        "factors": assurance.factors,
        "source": assurance.source,
    }
    return _values(provider, "succeeded", account_id, client_id) | how


def _values(provider: IdentityProvider, outcome: str, account_id: UUID, client_id: str | None) -> dict[str, Any]:
    return {
        "tenant_id": provider.tenant_id,
        "id": new_id(),
        "at": clock.now(),
        "account_id": account_id,
        "provider_id": provider.id,
        "method": provider.method,
        "protocol": provider.protocol,
        "outcome": outcome,
        "amr": [],
        "factors": 1,
        "client_id": client_id,
        "is_step_up": False,
    }
