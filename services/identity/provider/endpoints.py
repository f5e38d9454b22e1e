"""Identity providers over HTTP. A provider's secret goes in and never comes out."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.dependencies import SealerDep
from services.identity.provider.auth import ProvidersRead, ProvidersWrite, refusal_to_write
from services.identity.provider.models import IdentityProvider
from services.identity.provider.schemas import ProviderCreate, ProviderPublic, ProviderUpdate
from services.identity.provider.service import ProviderService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router, runtime
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
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, caller, request, lang))


@router.post("/identity-providers", status_code=201)
async def identity_providers_create(
    body: ProviderCreate,
    caller: ProvidersWrite,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> ProviderPublic:
    """Register the OpenID provider where the tenant's people log in."""
    provider = await ProviderService(session, sealer).register(body)
    created(response, request, f"/identity/v1/identity-providers/{provider.id}")
    etag(response, provider.version)
    return _show(provider, caller, request, lang)


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
    return _show(provider, caller, request, lang)


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
    """Change name, secret or acr values; disable or enable. Whoever has logged in by then stays logged in."""
    provider = await ProviderService(session, sealer).change(provider_id, version, body)
    etag(response, provider.version)
    return _show(provider, caller, request, lang)


def _show(provider: IdentityProvider, caller: Principal, request: Request, lang: Lang) -> ProviderPublic:
    path = f"/identity/v1/identity-providers/{provider.id}"
    computed = {
        "redirect_uri": f"{runtime(request).settings.issuer}/oidc/{provider.tenant_id}/callback",
        "allowed_actions": [allowed_action(request, lang, "change", "PATCH", path, refused=refusal_to_write(caller))],
    }
    return ProviderPublic.model_validate(provider.model_dump() | computed)
