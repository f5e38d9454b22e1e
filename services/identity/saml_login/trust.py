"""What is believed of a SAML provider at this moment: from the federation that vouches for it, else from its metadata
as the tenant uploaded it. What has expired is not believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import orjson
from cryptography import x509
from pydantic import ValidationError

from services.identity.federation.service import FederationService
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.provider.configuration import SamlBinding, SamlConfiguration
from services.identity.provider.models import IdentityProvider
from services.identity.saml.certificates import read_certificate
from services.identity.saml.entity import Endpoint, SamlEntity
from services.identity.saml.names import POST, REDIRECT
from services.identity.saml.response import IdpTrust
from services.identity.saml.scoping import Scope
from shared.kit import clock
from shared.kit.db import Database

_BINDINGS: dict[SamlBinding, str] = {"redirect": REDIRECT, "post": POST}


@dataclass(frozen=True)
class SamlTrust:
    """One provider: where it takes requests, which keys sign its messages, for whom it may speak.

    `scopes` is None where the metadata names none and no federation vouches: the tenant's own verified domains bound
    it then. A federated provider without scopes may assert none.
    """

    entity_id: str
    sso: Endpoint
    slo: Endpoint | None
    certificates: tuple[x509.Certificate, ...]
    scopes: tuple[Scope, ...] | None
    configuration: SamlConfiguration

    @property
    def skew(self) -> timedelta:
        return timedelta(seconds=self.configuration.skew_seconds)

    @property
    def of_responses(self) -> IdpTrust:
        """As the verification of a login response takes it."""
        return IdpTrust(self.certificates, self.scopes, self.configuration.want_encrypted)


async def trust_of(database: Database, provider: IdentityProvider) -> SamlTrust:
    """The trust in `provider`; raises LoginFailed when there is none now."""
    try:
        configuration = _read(orjson.dumps(provider.configuration))
    except ValidationError as error:
        raise LoginFailed("the provider's configuration cannot be read", LoginFault.provider_off) from error
    if provider.federation_id is None:
        return _configured(provider.issuer, configuration)
    async with database.transaction(provider.tenant_id) as session:
        entity = await FederationService(session).entity(provider.federation_id, provider.issuer)
    if entity is None:
        raise LoginFailed("no federation vouches for the provider now", LoginFault.metadata_expired)
    return _federated(entity, configuration)


@lru_cache(maxsize=1024)  # frozen, and remembered by its whole text
def _read(configuration: bytes) -> SamlConfiguration:
    return SamlConfiguration.model_validate_json(configuration)


def _configured(entity_id: str, configuration: SamlConfiguration) -> SamlTrust:
    until = configuration.metadata_valid_until
    if until is not None and until <= clock.now():
        raise LoginFailed("the provider's metadata has expired", LoginFault.metadata_expired)
    if not configuration.sso_url:
        raise LoginFailed("the provider's metadata names no address for logins", LoginFault.provider_off)
    scopes = [Scope(value) for value in configuration.scopes]
    scopes += [Scope(value, is_regexp=True) for value in configuration.scope_patterns]
    slo = configuration.slo_url and Endpoint(
        _BINDINGS[configuration.slo_binding or "redirect"],
        configuration.slo_url,
        configuration.slo_response_url or None,
    )
    return SamlTrust(
        entity_id,
        Endpoint(_BINDINGS[configuration.sso_binding], configuration.sso_url),
        slo or None,
        tuple(read_certificate(text) for text in configuration.certificates),
        tuple(scopes) or None,
        configuration,
    )


def _federated(entity: SamlEntity, configuration: SamlConfiguration) -> SamlTrust:
    sso = _preferred(entity.sso)
    if sso is None:
        raise LoginFailed("the provider takes requests over no binding that we speak", LoginFault.provider_off)
    certificates = tuple(read_certificate(one.der) for one in entity.signing)
    return SamlTrust(entity.entity_id, sso, _preferred(entity.slo), certificates, entity.scopes, configuration)


def _preferred(endpoints: Sequence[Endpoint]) -> Endpoint | None:
    """Redirect before POST: it needs no page of ours in between."""
    by_binding = {one.binding: one for one in reversed(endpoints)}
    return by_binding.get(REDIRECT) or by_binding.get(POST)
