"""Tenants over HTTP. Creating one is in `founding`, since it makes the first account too."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.tenant.auth import TenantsChange, TenantsRead, refusal_to_change
from services.identity.tenant.models import Tenant
from services.identity.tenant.schemas import TenantPublic, TenantUpdate
from services.identity.tenant.service import TenantService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("tenants")

TenantId = Annotated[UUID, Path(alias="tenantId", description="Id of the tenant")]


@router.get("/tenants")
async def tenants_list(
    caller: TenantsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[TenantPublic]:
    """The tenants that the caller may know of: the own one, and all for administrators of the platform."""
    after = page.keys(UUID)
    rows = await TenantService(session, caller).list(page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: show(row, caller, request, lang))


@router.get("/tenants/{tenantId}")
async def tenants_get(
    tenant_id: TenantId,
    caller: TenantsRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TenantPublic:
    """One tenant."""
    tenant = await TenantService(session, caller).get(tenant_id)
    etag(response, tenant.version)
    return show(tenant, caller, request, lang)


@router.patch("/tenants/{tenantId}")
async def tenants_patch(
    tenant_id: TenantId,
    body: TenantUpdate,
    version: IfMatch,
    caller: TenantsChange,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TenantPublic:
    """Change the name of a tenant."""
    tenant = await TenantService(session, caller).change(tenant_id, version, body)
    etag(response, tenant.version)
    return show(tenant, caller, request, lang)


def show(tenant: Tenant, caller: Principal, request: Request, lang: Lang) -> TenantPublic:
    """The tenant with what the caller may do."""
    shown = TenantPublic.model_validate(tenant)
    path = f"/identity/v1/tenants/{tenant.id}"
    shown.allowed_actions = [allowed_action(request, lang, "change", "PATCH", path, refused=refusal_to_change(caller))]
    return shown
