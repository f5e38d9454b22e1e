"""Our metadata: for identity providers as the signed document, for administrators with its checksums."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.identity.dependencies import DatabaseDep, SettingsDep, TenantKeyRingDep
from services.identity.provider.auth import ProvidersRead
from services.identity.saml.metadata import checksums
from services.identity.saml_login.metadata import service_provider_metadata
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.saml_login.schemas import SamlMetadataPublic
from services.identity.tenant.service import TenantService
from services.identity.tenantkey.ring import TenantKeyRing
from shared.kit.db import Database
from shared.kit.problems import NotFound
from shared.web import new_router
from shared.web.route import problem_responses

MEDIA_TYPE = "application/samlmetadata+xml"

router = new_router("identity-providers")
protocol_router = APIRouter(tags=["saml"])

HomeTenant = Annotated[UUID, Path(alias="tenant", description="Id of the tenant where people log in")]


class MetadataResponse(Response):
    """RFC 7580 section 3."""

    media_type = MEDIA_TYPE


@protocol_router.get(
    "/saml/{tenant}/metadata",
    response_class=MetadataResponse,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": "<md:EntityDescriptor/>"}}},
        304: {"description": "Nothing has changed since the entity tag in If-None-Match was given"},
        **problem_responses(404, 422, 429, 500, 503),
    },
)
async def saml_metadata(
    tenant: HomeTenant, request: Request, database: DatabaseDep, keys: TenantKeyRingDep, settings: SettingsDep
) -> Response:
    """The signed metadata of the tenant's service provider, with its keys and their successors."""
    document = await _document(database, keys, ServiceProviderNames(settings.issuer, tenant))
    tag = f'"{checksums(document).sha256}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return MetadataResponse(document, headers=headers)


@router.get("/saml-metadata")
async def saml_metadata_get(
    caller: ProvidersRead, database: DatabaseDep, keys: TenantKeyRingDep, settings: SettingsDep
) -> SamlMetadataPublic:
    """Where the metadata of the caller's tenant lies, and its checksums for whoever takes it in by hand."""
    if caller.tenant is None:
        raise NotFound()
    names = ServiceProviderNames(settings.issuer, caller.tenant)
    document = await _document(database, keys, names)
    sums = checksums(document)
    return SamlMetadataPublic(
        url=names.entity_id,
        entity_id=names.entity_id,
        acs_url=names.acs_url,
        slo_url=names.slo_url,
        sha256=sums.sha256,
        sha1=sums.sha1,
        bytes=len(document),
    )


async def _document(database: Database, keys: TenantKeyRing, names: ServiceProviderNames) -> bytes:
    async with database.transaction(None) as session:
        tenant = await TenantService(session).find(names.tenant)
    if tenant is None or tenant.state != "active":
        raise NotFound()
    return service_provider_metadata(names, tenant.name, await keys.saml(names.tenant))
