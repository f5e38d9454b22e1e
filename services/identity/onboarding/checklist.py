"""How far a login method has come: the work plan's steps HAN-I5, HAN-I6 and HAN-I7, each with the time it took."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.onboarding.schemas import OnboardingPublic, OnboardingStep, Registration
from services.identity.proof.faults import LoginFault
from services.identity.provider.models import IdentityProvider
from services.identity.saml.metadata import checksums
from services.identity.saml_login.metadata import service_provider_metadata
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.tenant.service import TenantService
from services.identity.tenantkey.ring import TenantKeyRing
from services.identity.trial.models import LoginTrial
from services.identity.trial.report import checks
from services.identity.trial.service import TrialService
from services.identity.verification.service import VerificationService
from services.identity.verification.standing import holds, missing
from shared.kit import clock
from shared.kit.text import Lang, Text

_ACTIVATED = text(
    "SELECT min(at) FROM journal_entry WHERE entity_id = :provider AND action = 'provider.changed'"
    " AND after ->> 'state' = 'active' AND before ->> 'state' <> 'active'"
)
_TITLES = {
    "HAN-I5": Text(sv="Sätt upp inloggningen", en="Set the login up", da="Sæt login op"),
    "HAN-I6": Text(
        sv="Verifiera valda inloggningssätt", en="Verify the chosen login methods", da="Verificér valgte loginmetoder"
    ),
    "HAN-I7": Text(sv="Aktivera inloggningen", en="Activate the login", da="Aktivér login"),
}
_REGISTER = Text(
    sv="Registrera oss hos inloggningstjänsten och gör ett prov: inget svar har kommit som gick att verifiera",
    en="Register us at the identity provider and make a trial: no answer has come that could be verified",
    da="Registrér os hos login-tjenesten, og lav en prøve: der er ikke kommet noget svar, der kunne verificeres",
)
_TRY = Text(
    sv="Gör ett lyckat prov med någon i gruppen {group}",
    en="Make a successful trial with somebody of the population {group}",
    da="Lav en vellykket prøve med nogen i gruppen {group}",
)
_ACTIVATE = Text(
    sv="Aktivera inloggningssättet när alla prov har lyckats",
    en="Activate the login method when all trials have succeeded",
    da="Aktivér loginmetoden, når alle prøver er lykkedes",
)
_GROUPS: dict[str, Text] = {
    "": Text(sv="alla", en="everybody", da="alle"),
    "staff": Text(sv="personal", en="staff", da="personale"),
    "pupil": Text(sv="elever", en="pupils", da="elever"),
    "guardian": Text(sv="vårdnadshavare", en="guardians", da="forældre"),
}


async def checklist(
    session: AsyncSession, trials: TrialService, provider: IdentityProvider, registration: Registration, lang: Lang
) -> OnboardingPublic:
    """The provider's way from draft to activation, measured."""
    made = await trials.all_of(provider.id)
    evidence = await VerificationService(session).of(provider.id)
    left = missing(provider, evidence)
    verified_at = max((row.verified_at for row in evidence if holds(row, provider)), default=None)
    activated_at = await _activated(session, provider.id) if provider.state == "active" else None
    answered_at = _answered(made) or (verified_at if not left else None)
    done = {"HAN-I5": answered_at, "HAN-I6": None if left else verified_at, "HAN-I7": activated_at}
    open_ = {
        "HAN-I5": [] if answered_at else [_REGISTER.pick(lang)],
        "HAN-I6": [_TRY.pick(lang).format(group=_GROUPS[one].pick(lang)) for one in left],
        "HAN-I7": [] if provider.state == "active" else [_ACTIVATE.pick(lang)],
    }
    end = activated_at or clock.now()
    return OnboardingPublic(
        provider_id=provider.id,
        method=provider.method,
        state=provider.state,
        steps=list(_steps(provider.created_at, done, open_, lang)),
        seconds=_seconds(provider.created_at, end),
        registration=registration,
    )


def _steps(
    began_at: datetime, done: dict[str, datetime | None], left: dict[str, list[str]], lang: Lang
) -> Iterator[OnboardingStep]:
    former: datetime | None = began_at
    for key, at in done.items():
        yield OnboardingStep.model_validate(
            {
                "key": key,
                "title": _TITLES[key].pick(lang),
                "is_done": not left[key],
                "done_at": at,
                "seconds": _seconds(former, at) if former and at else None,
                "remaining": left[key],
            }
        )
        former = at


def _answered(trials: Sequence[LoginTrial]) -> datetime | None:
    """When a provider's answer was first verified, whatever was wrong after that."""
    return min(
        (
            trial.concluded_at
            for trial in trials
            if trial.concluded_at and checks(LoginFault(trial.fault) if trial.fault else None)[0].outcome == "held"
        ),
        default=None,
    )


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))


async def _activated(session: AsyncSession, provider_id: UUID) -> datetime | None:
    found: datetime | None = (await session.execute(_ACTIVATED, {"provider": provider_id})).scalar_one()
    return found


async def registration_of(
    session: AsyncSession, provider: IdentityProvider, issuer: str, keys: TenantKeyRing
) -> Registration:
    """What has to be said of us at the identity provider."""
    if provider.protocol == "oidc":
        base = f"{issuer}/oidc/{provider.tenant_id}"
        is_keyed = provider.configuration.get("token_auth") == "private_key_jwt"
        jwks = f"{base}/jwks" if is_keyed else None
        return Registration(
            redirect_uri=f"{base}/callback", logout_uri=f"{base}/backchannel-logout", jwks_uri=jwks, **_NO_SAML
        )
    names = ServiceProviderNames(issuer, provider.tenant_id)
    tenant = await TenantService(session).find(provider.tenant_id)
    document = service_provider_metadata(names, tenant.name if tenant else "", await keys.saml(provider.tenant_id))
    sums = checksums(document)
    return Registration(
        redirect_uri=names.acs_url,
        logout_uri=names.slo_url,
        jwks_uri=None,
        entity_id=names.entity_id,
        metadata_url=names.entity_id,
        metadata_sha256=sums.sha256,
        metadata_sha1=sums.sha1,
    )


_NO_SAML: dict[str, None] = {"entity_id": None, "metadata_url": None, "metadata_sha256": None, "metadata_sha1": None}
