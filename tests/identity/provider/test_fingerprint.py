"""What a verified configuration is named by."""

from uuid import UUID

from asyncpg.pgproto import pgproto

from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from shared.kit.ids import new_id

TENANT = new_id()


def provider(federation: UUID) -> IdentityProvider:
    return IdentityProvider(
        tenant_id=TENANT,
        protocol="saml",
        name="Inloggning",
        issuer="https://idp.example",
        login_claim="mail",
        acr_map={},
        federation_id=federation,
    )


def test_a_provider_of_a_federation_has_the_same_name_before_and_after_it_was_stored() -> None:
    federation = new_id()
    assert configuration_hash(provider(federation)) == configuration_hash(provider(pgproto.UUID(str(federation))))
