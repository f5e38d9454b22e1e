"""`/me` of the API and `/oauth2/userinfo` of OpenID Connect: the caller about the caller."""

from typing import Annotated

from fastapi import APIRouter, Response

from services.identity.me.schemas import Me, MeAssurance, MeRole, MeTenant
from services.identity.me.service import display_name
from services.identity.protocol.schemas import OAuthUserInfo
from services.identity.tenant.service import TenantService
from shared.auth import Principal, Scope, requires
from shared.kit.problems import NotFound
from shared.web import SessionDep, new_router
from shared.web.route import problem_responses

router = new_router("me")
protocol_router = APIRouter(tags=["oauth2"], responses=problem_responses(401, 403, 429, 500, 503))

Anybody = Annotated[Principal, requires(None)]
OpenId = Annotated[Principal, requires(Scope.openid)]


@router.get("/me")
async def me_get(caller: Anybody, session: SessionDep) -> Me:
    """Who the caller is here: tenant, side, roles, units and how surely the person is known."""
    name = await display_name(session, caller)
    tenant = await TenantService(session, caller).find(caller.tenant) if caller.tenant else None
    if name is None or tenant is None:
        raise NotFound()
    return Me(
        account_id=caller.subject,
        display_name=name,
        kind="script" if caller.acr is None else "person",
        tenant=MeTenant.model_validate(tenant),
        side=caller.side,
        roles=[MeRole(role=g.role, unit_id=g.unit, description=g.role.sentence) for g in caller.roles],
        units=sorted({grant.unit for grant in caller.roles if grant.unit is not None}),
        all_units=any(grant.unit is None for grant in caller.roles),
        scopes=sorted(caller.scopes),
        assurance=MeAssurance(acr=caller.acr, auth_time=caller.auth_time),
        client_id=caller.client_id,
    )


@protocol_router.get("/oauth2/userinfo", response_model_exclude_none=True)
async def oauth2_userinfo(caller: OpenId, session: SessionDep, response: Response) -> OAuthUserInfo:
    """OpenID Connect Core 1.0 section 5.3; the name only with the scope `profile`."""
    response.headers["Cache-Control"] = "no-store"
    name = await display_name(session, caller) if Scope.profile in caller.scopes else None
    return OAuthUserInfo(
        sub=str(caller.subject),
        name=name,
        acr=caller.acr,
        amr=list(caller.amr) or None,
        auth_time=int(caller.auth_time.timestamp()) if caller.auth_time else None,
    )


@protocol_router.post("/oauth2/userinfo", response_model_exclude_none=True)
async def oauth2_userinfo_post(caller: OpenId, session: SessionDep, response: Response) -> OAuthUserInfo:
    """The same as a POST, which the specification demands."""
    return await oauth2_userinfo(caller, session, response)
