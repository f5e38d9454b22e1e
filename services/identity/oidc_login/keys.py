"""`/oidc/{tenant}/jwks`: what a tenant's OpenID providers verify our client assertions by (RFC 7523)."""

from fastapi import APIRouter, Response

from services.identity.dependencies import DatabaseDep, TenantKeyRingDep
from services.identity.discovery.endpoints import KeySetResponse
from services.identity.oidc_login.endpoints import HomeTenant
from services.identity.protocol.schemas import OAuthKeySet
from services.identity.tenant.service import TenantService
from shared.kit.problems import NotFound
from shared.web.route import problem_responses

router = APIRouter(tags=["oidc"], responses=problem_responses(404, 422, 429, 500, 503))


@router.get("/oidc/{tenant}/jwks", response_model=OAuthKeySet, response_class=KeySetResponse)
async def oidc_jwks(tenant: HomeTenant, database: DatabaseDep, keys: TenantKeyRingDep) -> Response:
    """The keys that the tenant's OpenID providers know us by, where we prove ourselves by `private_key_jwt`."""
    async with database.transaction(None) as session:
        found = await TenantService(session).find(tenant)
    if found is None or found.state != "active":
        raise NotFound()
    held = await keys.oidc(tenant)
    return KeySetResponse({"keys": list(held.public_jwks)}, headers={"Cache-Control": "public, max-age=300"})
