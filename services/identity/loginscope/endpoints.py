"""Login scopes over HTTP: the tenant asks and proves by its federation, the platform's operator vouches."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.identity.loginscope.auth import (
    LoginScopesRead,
    LoginScopesReview,
    LoginScopesVouch,
    LoginScopesWrite,
    refusal_to_write,
)
from services.identity.loginscope.models import LoginScope
from services.identity.loginscope.schemas import LoginScopeCreate, LoginScopePublic, TenantLoginScopeCreate
from services.identity.loginscope.service import LoginScopeService
from services.identity.tenant.endpoints import TenantId
from services.identity.tenant.service import TenantService, acting_in
from shared.auth import Principal
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.reply import Reply, ReplyDep

router = new_router("login-scopes")

LoginScopeId = Annotated[UUID, Path(alias="loginScopeId", description="Id of the login scope")]


@router.get("/login-scopes")
async def login_scopes_list(
    caller: LoginScopesRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[LoginScopePublic]:
    """The domains whose login names are the tenant's, and those that were asked for."""
    after = page.keys(UUID)
    rows = await LoginScopeService(session).list(page.limit + 1, after[0] if after else None)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/login-scopes", status_code=201)
async def login_scopes_create(
    body: LoginScopeCreate, caller: LoginScopesWrite, session: SessionDep, reply: ReplyDep
) -> LoginScopePublic:
    """Ask for a domain. No login by it works before it is verified."""
    scope = await LoginScopeService(session).request(body.domain)
    reply.created(f"/identity/v1/login-scopes/{scope.id}", scope.version)
    return _show(scope, caller, reply)


@router.get("/login-scopes/{loginScopeId}")
async def login_scopes_get(
    scope_id: LoginScopeId, caller: LoginScopesRead, session: SessionDep, reply: ReplyDep
) -> LoginScopePublic:
    """One domain."""
    scope = await LoginScopeService(session).get(scope_id)
    reply.version(scope.version)
    return _show(scope, caller, reply)


@router.post("/login-scopes/{loginScopeId}/verifications", status_code=201)
async def login_scopes_verify(
    scope_id: LoginScopeId, caller: LoginScopesWrite, session: SessionDep, reply: ReplyDep
) -> LoginScopePublic:
    """Verify a further domain by what a federation signed about the tenant's identity provider (`shibmd:Scope`).

    The operator vouches for the first one, since metadata does not say whose provider it is.
    """
    scope = await LoginScopeService(session).prove(scope_id)
    reply.created(f"/identity/v1/login-scopes/{scope.id}", scope.version)
    return _show(scope, caller, reply)


@router.delete("/login-scopes/{loginScopeId}", status_code=204)
async def login_scopes_delete(
    scope_id: LoginScopeId, version: IfMatch, caller: LoginScopesWrite, session: SessionDep
) -> None:
    """Give a domain up. Whoever came in by it is cut off within a minute."""
    await LoginScopeService(session).remove(scope_id, version)


@router.get("/tenants/{tenantId}/login-scopes")
async def tenant_login_scopes_list(
    tenant_id: TenantId, caller: LoginScopesReview, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[LoginScopePublic]:
    """The domains of a tenant, for whoever runs the platform."""
    tenant = await TenantService(session, caller).get(tenant_id)
    after = page.keys(UUID)
    async with acting_in(session, tenant.id):
        rows = await LoginScopeService(session).list(page.limit + 1, after[0] if after else None)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/tenants/{tenantId}/login-scopes", status_code=201)
async def tenant_login_scopes_create(
    tenant_id: TenantId, body: TenantLoginScopeCreate, caller: LoginScopesVouch, session: SessionDep, reply: ReplyDep
) -> LoginScopePublic:
    """The operator's word that a domain is the tenant's: verified at once. A domain is one tenant's at most."""
    tenant = await TenantService(session, caller).get(tenant_id)
    async with acting_in(session, tenant.id):
        scope = await LoginScopeService(session).verify(body.domain, "operator", body.evidence)
    reply.created(f"/identity/v1/login-scopes/{scope.id}", scope.version)
    return _show(scope, caller, reply)


def _show(scope: LoginScope, caller: Principal, reply: Reply) -> LoginScopePublic:
    shown = LoginScopePublic.model_validate(scope)
    path, refused = f"/identity/v1/login-scopes/{scope.id}", refusal_to_write(caller)
    shown.allowed_actions = [reply.action("remove", "DELETE", path, refused=refused)]
    if scope.state == "pending":
        verify = reply.action("verify", "POST", f"{path}/verifications", refused=refused)
        shown.allowed_actions.append(verify)
    return shown
