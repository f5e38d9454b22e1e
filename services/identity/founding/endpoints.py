"""Founding over HTTP: tenants by the platform's administrators, the first one of all by a bootstrap code."""

from fastapi import Request, Response

from services.identity.dependencies import SealerDep, SettingsDep
from services.identity.founding.schemas import BootstrapCreate, BootstrapPublic, TenantFound
from services.identity.founding.service import FoundingService
from services.identity.tenant.auth import TenantsCreate
from services.identity.tenant.endpoints import show
from services.identity.tenant.schemas import TenantPublic
from shared.web import LangDep, SessionDep, created, etag, new_router

router = new_router("tenants")


@router.post("/tenants", status_code=201)
async def tenants_create(
    body: TenantFound,
    caller: TenantsCreate,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TenantPublic:
    """Create a tenant, its first administrator and where they log in. The caller gains no right there."""
    tenant = await FoundingService(session).found(body, sealer)
    created(response, request, f"/identity/v1/tenants/{tenant.id}")
    etag(response, tenant.version)
    return show(tenant, caller, request, lang)


@router.post("/bootstraps", status_code=201)
async def bootstraps_create(
    body: BootstrapCreate,
    session: SessionDep,
    sealer: SealerDep,
    settings: SettingsDep,
    request: Request,
    response: Response,
) -> BootstrapPublic:
    """Found the tenant that runs the platform, with the single-use code that `startklar bootstrap` printed."""
    tenant = await FoundingService(session).bootstrap(body, sealer)
    created(response, request, f"/identity/v1/tenants/{tenant.id}")
    redirect_uri = f"{settings.issuer}/oidc/{tenant.id}/callback"
    return BootstrapPublic(tenant=TenantPublic.model_validate(tenant), redirect_uri=redirect_uri)
