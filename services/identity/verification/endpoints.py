"""The evidence report over HTTP, for whoever judges a gate and for auditors."""

from services.identity.dependencies import KeyRingDep, SettingsDep
from services.identity.provider.auth import ProvidersRead
from services.identity.verification.report import evidence_report
from services.identity.verification.schemas import EvidenceReport
from shared.web import SessionDep, new_router

router = new_router("login-evidence")


@router.get("/login-evidence")
async def login_evidence_get(
    caller: ProvidersRead, session: SessionDep, keys: KeyRingDep, settings: SettingsDep
) -> EvidenceReport:
    """Which login methods are verified, since when, by which trial, at which level, and whether that still holds."""
    return await evidence_report(session, keys, settings.issuer)
