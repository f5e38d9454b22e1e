"""The demo identity provider over SAML: its key, what it must know of us, and how a tenant logs in at it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.provider.configuration import SamlConfiguration
from services.identity.provider.models import IdentityProvider
from services.identity.saml.names import EPPN
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.tenantkey.material import Purpose, make
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record


def saml_identity(former: dict[str, Any], scopes: list[str]) -> dict[str, Any]:
    """The key of the demo provider: the one that its directory file held before, else a new one."""
    kept = former.get("saml")
    if kept is None:
        made = make(Purpose.saml_signing, "demo-idp")
        kept = {"privateKey": made.private_pem.decode(), "certificate": made.certificate}
    return {**kept, "scopes": scopes}


def service_providers(issuer: str, tenants: Iterable[UUID]) -> list[dict[str, Any]]:
    """Every tenant of ours, for the demo provider's directory; it encrypts what it tells us."""
    entities = [ServiceProviderNames(issuer, tenant).entity_id for tenant in tenants]
    return [{"entityId": entity, "metadataUrl": entity, "encrypts": True} for entity in entities]


async def keep_saml_provider(
    session: AsyncSession, idp: str, identity: dict[str, Any], acr_map: dict[str, str]
) -> None:
    """The session's tenant logs in at the demo provider over SAML, and at no other demo provider any more."""
    rows = (await session.exec(select(IdentityProvider).where(IdentityProvider.is_demo))).all()
    for row in rows:
        if row.protocol != "saml" and row.state == "active":
            row.state = "disabled"
            row.touch()
    configuration = SamlConfiguration(
        sso_url=f"{idp}/saml/sso",
        slo_url=f"{idp}/saml/slo",
        slo_binding="redirect",
        certificates=(identity["certificate"],),
        scopes=tuple(identity["scopes"]),
    ).model_dump(mode="json")
    present = next((row for row in rows if row.protocol == "saml"), None)
    if present is None:
        session.add(await _registered(session, idp, configuration, acr_map))
    elif present.configuration != configuration:
        present.issuer, present.configuration = f"{idp}/saml/metadata", configuration
        present.touch()
    await session.flush()


async def _registered(
    session: AsyncSession, idp: str, configuration: dict[str, Any], acr_map: dict[str, str]
) -> IdentityProvider:
    provider = IdentityProvider(
        tenant_id=tenant_of(session),
        id=new_id(),
        protocol="saml",
        name="Demo (SAML)",
        issuer=f"{idp}/saml/metadata",
        login_claim=EPPN,
        configuration=configuration,
        acr_map=acr_map,
        is_demo=True,
    )
    after = {"issuer": provider.issuer, "loginClaim": provider.login_claim, "acrMap": provider.acr_map}
    await record(session, "provider.registered", "identity_provider", provider.id, after=after)
    return provider
