"""Who we are at each tenant's OpenID providers: from the provider's row, its sealed secret and the tenant's key."""

from pydantic import ValidationError

from services.identity.preset.catalogue import objections
from services.identity.proof.faults import LoginFailed
from services.identity.provider.configuration import OidcConfiguration
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.secret.sealing import Sealer
from services.identity.tenantkey.ring import TenantKeyRing
from services.identity.upstream.registration import Registration


class Registrations:
    """Opens what a call to a provider needs; `issuer` is ours, under which the provider's responses arrive."""

    def __init__(self, sealer: Sealer, keys: TenantKeyRing, issuer: str) -> None:
        self._sealer = sealer
        self._keys = keys
        self._issuer = issuer

    async def of(self, provider: IdentityProvider) -> Registration:
        """Our client there. Raises LoginFailed where the provider is set up in a way that nobody may log in by."""
        configuration = read_configuration(provider)
        if found := objections(provider.issuer, configuration):
            raise LoginFailed(found[0].en)
        is_by_key = configuration.token_auth == "private_key_jwt"  # noqa: S105 - the name of a method
        return Registration(
            issuer=provider.issuer,
            client_id=provider.client_id or "",
            redirect_uri=f"{self._issuer}/oidc/{provider.tenant_id}/callback",
            login_claim=provider.login_claim,
            configuration=configuration,
            client_secret=None if is_by_key else ProviderService.open_secret(self._sealer, provider),
            key=(await self._keys.oidc(provider.tenant_id)).signing if is_by_key else None,
        )


def read_configuration(provider: IdentityProvider) -> OidcConfiguration:
    """What the row holds; raises LoginFailed for what cannot be read, which fails closed."""
    try:
        return OidcConfiguration.model_validate(provider.configuration)
    except ValidationError as error:
        raise LoginFailed("the provider's configuration cannot be read") from error
