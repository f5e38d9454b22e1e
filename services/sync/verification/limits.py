"""What a tenant lets pass, as verification asks for it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.settings import Settings
from services.sync.verification.facts import Limits
from services.sync.verification_policy.service import VerificationPolicyService


async def limits_of(session: AsyncSession, settings: Settings) -> Limits:
    """By the tenant's own policy, or the installation's."""
    policy = await VerificationPolicyService(session, settings).get()
    return Limits(policy.max_age_days, policy.max_errors, policy.max_drift)
