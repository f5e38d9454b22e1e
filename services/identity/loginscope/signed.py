"""What federations signed about the tenant's providers: the domains that they may speak for (`shibmd:Scope`)."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.service.lookup import FederationService
from services.identity.provider.service import providers_of


async def signed_evidence(session: AsyncSession, domain: str) -> str | None:
    """Which active provider's entity names the domain, in a federation's metadata; None where no one does.

    A pattern proves nothing: it may cover domains that nobody has looked at. Nor does metadata that the tenant itself
    sent in.
    """
    federations = FederationService(session)
    for provider in await providers_of(session):
        if provider.state != "active" or provider.federation_id is None:
            continue
        entity = await federations.entity(provider.federation_id, provider.issuer)
        if entity is not None and any(scope.covers(domain) and not scope.is_regexp for scope in entity.scopes):
            return f"{entity.entity_id} ({entity.registration_authority or provider.federation_id})"
    return None
