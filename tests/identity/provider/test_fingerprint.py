"""What a verified configuration is named by."""

from asyncpg.pgproto import pgproto

from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from shared.kit.ids import new_id


def test_a_provider_of_a_federation_has_the_same_name_before_and_after_it_was_stored() -> None:
    federation = new_id()
    values = {"protocol": "saml", "method": "sso", "issuer": "https://idp.example", "login_claim": "mail"}
    made = IdentityProvider(**values, federation_id=federation)
    read = IdentityProvider(**values, federation_id=pgproto.UUID(str(federation)))
    assert configuration_hash(made) == configuration_hash(read)
