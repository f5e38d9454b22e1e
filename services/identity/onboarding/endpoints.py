"""Setting login methods up over HTTP: drafted, tried in a browser, judged again by another mapping, activated.

A provider's secret goes in and never comes out."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.dependencies import DatabaseDep, SealerDep, SettingsDep, TenantKeyRingDep
from services.identity.login.service import LoginDesk
from services.identity.onboarding.actions import actions_on
from services.identity.onboarding.auth import IssuersShare
from services.identity.onboarding.checklist import checklist, registration_of
from services.identity.onboarding.schemas import (
    OnboardingPublic,
    PreviewCreate,
    SharedIssuerCreate,
    SharedIssuerPublic,
    TrialCreate,
    TrialPublic,
    TrialReport,
)
from services.identity.onboarding.service import OnboardingService
from services.identity.onboarding.sharing import SharingService
from services.identity.onboarding.showing import preview, show_trial
from services.identity.onboarding.source import entity_of
from services.identity.provider.auth import ProvidersRead, ProvidersWrite
from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from services.identity.provider.schemas import ProviderDraft, ProviderPublic, ProviderUpdate
from services.identity.provider.service import ProviderService
from services.identity.trial.service import TrialService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router, runtime
from shared.web.runtime import transaction_of

router = new_router("identity-providers")
trial_router = new_router("login-trials")
shared_router = new_router("identity-providers")

ProviderId = Annotated[UUID, Path(alias="providerId", description="Id of the identity provider")]
SharedIssuerId = Annotated[UUID, Path(alias="sharedIssuerId", description="Id of the entry")]
TrialId = Annotated[UUID, Path(alias="loginTrialId", description="Id of the login trial")]


@router.get("/identity-providers")
async def identity_providers_list(
    caller: ProvidersRead, session: SessionDep, sealer: SealerDep, request: Request, page: PageDep, lang: LangDep
) -> Page[ProviderPublic]:
    """The identity providers of the caller's tenant."""
    after = page.keys(UUID)
    rows = await ProviderService(session, sealer).list(page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: show(row, caller, request, lang))


@router.get("/identity-providers/{providerId}")
async def identity_providers_get(
    provider_id: ProviderId,
    caller: ProvidersRead,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> ProviderPublic:
    """One identity provider."""
    provider = await ProviderService(session, sealer).get(provider_id)
    etag(response, provider.version)
    return show(provider, caller, request, lang)


@router.post("/identity-providers", status_code=201)
async def identity_providers_create(
    body: ProviderDraft,
    caller: ProvidersWrite,
    sealer: SealerDep,
    settings: SettingsDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> ProviderPublic:
    """Draft a login method. Nobody can use it before a trial succeeded and it was activated."""
    entity = await entity_of(body, settings.may_call_private_networks)
    async with transaction_of(request, caller) as session:
        provider = await OnboardingService(session, sealer).draft(body, entity)
    created(response, request, f"/identity/v1/identity-providers/{provider.id}")
    etag(response, provider.version)
    return show(provider, caller, request, lang)


@router.patch("/identity-providers/{providerId}")
async def identity_providers_patch(
    provider_id: ProviderId,
    body: ProviderUpdate,
    version: IfMatch,
    caller: ProvidersWrite,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> ProviderPublic:
    """Change, activate or switch off a login method. Whoever has logged in by then stays logged in.

    What decides how a login ends makes the proof stale when it changes: an active method stays active, its evidence
    lapses until a new trial or a real login succeeds.
    """
    provider = await OnboardingService(session, sealer).change(provider_id, version, body)
    etag(response, provider.version)
    return show(provider, caller, request, lang)


@router.get("/identity-providers/{providerId}/onboarding")
async def identity_providers_onboarding(
    provider_id: ProviderId,
    caller: ProvidersRead,
    session: SessionDep,
    sealer: SealerDep,
    settings: SettingsDep,
    keys: TenantKeyRingDep,
    lang: LangDep,
) -> OnboardingPublic:
    """How far a login method has come, what is left to do, and what to register at the identity provider."""
    provider = await ProviderService(session, sealer).get(provider_id)
    registration = await registration_of(session, provider, settings.issuer, keys)
    return await checklist(session, TrialService(session, sealer), provider, registration, lang)


@trial_router.post("/identity-providers/{providerId}/trials", status_code=201)
async def login_trials_create(
    provider_id: ProviderId,
    body: TrialCreate,
    caller: ProvidersWrite,
    session: SessionDep,
    sealer: SealerDep,
    settings: SettingsDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TrialPublic:
    """Begin a login on trial; open its `url` in a browser. The full protocol runs, and nobody is logged in by it."""
    provider = await ProviderService(session, sealer).get(provider_id)
    trial, handle = await OnboardingService(session, sealer).begin_trial(provider, body)
    created(response, request, f"/identity/v1/identity-providers/{provider.id}/trials/{trial.id}")
    response.headers["Cache-Control"] = "no-store"
    shown = show_trial(trial, provider, None, lang)
    shown.url = f"{settings.issuer}/{provider.protocol}/{provider.tenant_id}/login?request={handle.text}"
    return shown


@trial_router.get("/identity-providers/{providerId}/trials")
async def login_trials_list(
    provider_id: ProviderId,
    caller: ProvidersRead,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
) -> Page[TrialPublic]:
    """The trials of a login method, newest first; values of attributes are in the single trial."""
    provider = await ProviderService(session, sealer).get(provider_id)
    before = page.keys(UUID)
    rows = await TrialService(session, sealer).list(provider_id, page.limit + 1, before[0] if before else None)
    return make_page(
        request, page, rows, key=lambda row: [row.id], show=lambda row: show_trial(row, provider, None, lang)
    )


@trial_router.get("/identity-providers/{providerId}/trials/{loginTrialId}")
async def login_trials_get(
    provider_id: ProviderId,
    trial_id: TrialId,
    caller: ProvidersRead,
    session: SessionDep,
    sealer: SealerDep,
    lang: LangDep,
) -> TrialPublic:
    """What a trial showed: what came, what is missing, which rule failed and what to do."""
    provider = await ProviderService(session, sealer).get(provider_id)
    trials = TrialService(session, sealer)
    trial = await trials.get(provider_id, trial_id)
    return show_trial(trial, provider, trials.kept(trial), lang)


@trial_router.post("/identity-providers/{providerId}/trials/{loginTrialId}/previews")
async def login_trial_previews_create(
    provider_id: ProviderId,
    trial_id: TrialId,
    body: PreviewCreate,
    caller: ProvidersWrite,
    session: SessionDep,
    sealer: SealerDep,
    database: DatabaseDep,
    lang: LangDep,
) -> TrialReport:
    """How the login of a trial would end by another mapping, from what came then; nothing is changed or logged in."""
    provider = await ProviderService(session, sealer).get(provider_id)
    trials = TrialService(session, sealer)
    trial = await trials.get(provider_id, trial_id)
    other = OnboardingService(session, sealer).as_if(provider, body)
    desk = LoginDesk(database, sealer)
    return await preview(session, desk, other, trial, trials.needed(trial), lang)


@shared_router.get("/shared-issuers")
async def shared_issuers_list(
    caller: IssuersShare, session: SessionDep, request: Request, page: PageDep
) -> Page[SharedIssuerPublic]:
    """The identity providers that may vouch for several tenants, such as national brokers."""
    after = page.keys(UUID)
    rows = await SharingService(session).list(page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=SharedIssuerPublic.model_validate)


@shared_router.post("/shared-issuers", status_code=201)
async def shared_issuers_create(
    body: SharedIssuerCreate, caller: IssuersShare, session: SessionDep, request: Request, response: Response
) -> SharedIssuerPublic:
    """Let several tenants log in by one identity provider; for the operator of the platform."""
    row = await SharingService(session).share(body)
    created(response, request, "/identity/v1/shared-issuers")
    return SharedIssuerPublic.model_validate(row)


@shared_router.post("/shared-issuers/{sharedIssuerId}/withdrawals", status_code=204)
async def shared_issuer_withdrawals_create(
    shared_id: SharedIssuerId, caller: IssuersShare, session: SessionDep
) -> None:
    """No further tenant may use the identity provider; those that do go on."""
    await SharingService(session).withdraw(shared_id)


def show(provider: IdentityProvider, caller: Principal, request: Request, lang: Lang) -> ProviderPublic:
    """The provider with what the caller may do; its secret never goes out."""
    ours = f"{runtime(request).settings.issuer}/{provider.protocol}/{provider.tenant_id}"
    computed = {
        "configuration_hash": configuration_hash(provider),
        "redirect_uri": f"{ours}/{'callback' if provider.protocol == 'oidc' else 'acs'}",
        "allowed_actions": actions_on(provider, caller, request, lang),
    }
    return ProviderPublic.model_validate(provider.model_dump() | computed)
