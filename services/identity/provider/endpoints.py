"""Identity providers over HTTP, to read; setting them up is in `onboarding`, which knows what was verified."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.dependencies import SealerDep
from services.identity.provider.auth import ProvidersRead, refusal_to_write
from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from services.identity.provider.schemas import ProviderPublic
from services.identity.provider.service import ProviderService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import LangDep, Page, PageDep, SessionDep, etag, make_page, new_router, runtime
from shared.web.actions import allowed_action

router = new_router("identity-providers")

ProviderId = Annotated[UUID, Path(alias="providerId", description="Id of the identity provider")]


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


def show(provider: IdentityProvider, caller: Principal, request: Request, lang: Lang) -> ProviderPublic:
    """The provider with what the caller may do; its secret never goes out."""
    path = f"/identity/v1/identity-providers/{provider.id}"
    ours = f"{runtime(request).settings.issuer}/{provider.protocol}/{provider.tenant_id}"
    computed = {
        "configuration_hash": configuration_hash(provider),
        "redirect_uri": f"{ours}/{'callback' if provider.protocol == 'oidc' else 'acs'}",
        "allowed_actions": [allowed_action(request, lang, "change", "PATCH", path, refused=refusal_to_write(caller))],
    }
    return ProviderPublic.model_validate(provider.model_dump() | computed)
