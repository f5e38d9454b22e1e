"""Setting what verification lets pass, and naming the platform that its proof is about."""

from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.recheck.service import ask_verification
from services.sync.settings import Settings
from services.sync.source.models import Source
from services.sync.verification_policy.errors import NotThePlatform
from services.sync.verification_policy.models import VerificationPolicy
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record

_LIMITS = {"max_age_days", "max_errors", "max_drift", "must_compare"}


class VerificationPolicyService:
    """The policy of the session's tenant."""

    def __init__(self, session: AsyncSession, settings: Settings) -> None:
        self._session = session
        self._settings = settings

    async def get(self, *, lock: bool = False) -> VerificationPolicy:
        """The tenant's own; where there is none, the installation's limits without a platform, not stored."""
        query = select(VerificationPolicy).where(VerificationPolicy.tenant_id == tenant_of(self._session))
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        return found or VerificationPolicy(
            tenant_id=tenant_of(self._session),
            id=tenant_of(self._session),
            max_age_days=self._settings.verification_max_age_days,
            max_errors=self._settings.verification_max_errors,
            max_drift=self._settings.verification_max_drift,
        )

    async def change(self, policy: VerificationPolicy, limits: dict[str, Any], reason: str) -> VerificationPolicy:
        """Let more or less pass from now on; the policy is locked."""
        before = policy.model_dump(include=_LIMITS)
        for name, value in limits.items():
            setattr(policy, name, value)
        await self._keep(policy, "change", (before, policy.model_dump(include=_LIMITS)), reason)
        return policy

    async def name_platform(
        self, policy: VerificationPolicy, source_id: UUID, by: UUID, reason: str
    ) -> VerificationPolicy:
        """Let this source, and no other, prove what the platform holds; the days begin anew. Raises NotThePlatform."""
        query = select(Source).where(Source.tenant_id == tenant_of(self._session), Source.id == source_id)
        source = (await self._session.exec(query)).one_or_none()
        if source is None or source.role != "platform" or not source.is_active:
            raise NotThePlatform()
        before = {"platformSourceId": str(policy.platform_source_id) if policy.platform_source_id else None}
        if policy.platform_source_id != source_id:
            policy.soaks_from = clock.today()
        policy.platform_source_id = source_id
        policy.platform_named_by, policy.platform_named_at = by, clock.now()
        await self._keep(policy, "name_platform", (before, {"platformSourceId": str(source_id)}), reason)
        return policy

    async def _keep(
        self, policy: VerificationPolicy, action: str, states: tuple[dict[str, Any], dict[str, Any]], reason: str
    ) -> None:
        policy.touch()
        self._session.add(policy)
        await record(
            self._session,
            f"verification_policy.{action}",
            "verification_policy",
            policy.id,
            before=states[0],
            after=states[1],
            reason=reason,
        )
        await ask_verification(self._session)
