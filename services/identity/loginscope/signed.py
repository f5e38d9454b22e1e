"""What federations signed about the tenant's providers: the domains that they may speak for (`shibmd:Scope`)."""

from collections.abc import Collection

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.service.lookup import FederationService
from services.identity.provider.service import providers_of
from services.identity.saml.entity import SamlEntity


async def signed_evidence(session: AsyncSession, domain: str, vouched: Collection[str]) -> str | None:
    """Which active provider's entity names the domain, in a federation's metadata; None where no one does.

    Metadata says which domains a provider speaks for, not whose provider it is: any tenant could name another's. So the
    entity must also name a domain in `vouched`, those that the operator has seen to be the tenant's. Metadata that the
    tenant itself sent in proves nothing, nor does a pattern, which may cover domains that nobody has looked at.
    """
    federations = FederationService(session)
    for provider in await providers_of(session):
        if provider.state != "active" or provider.federation_id is None:
            continue
        entity = await federations.entity(provider.federation_id, provider.issuer)
        if entity is not None and _names(entity, domain) and any(_names(entity, known) for known in vouched):
            return f"{entity.entity_id} ({entity.registration_authority or provider.federation_id})"
    return None


def _names(entity: SamlEntity, domain: str) -> bool:
    return any(scope.covers(domain) and not scope.is_regexp for scope in entity.scopes)
