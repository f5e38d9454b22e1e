"""What goes in and out of a bootstrap."""

from pydantic import Field, SecretStr

from services.identity.provider.schemas import CREATE_EXAMPLE, PUBLIC_EXAMPLE, ProviderCreate
from services.identity.tenant.schemas import TENANT_EXAMPLE, FirstAdministrator, TenantCreate, TenantPublic
from shared.web.models import ApiInput, ApiModel, example


class TenantFound(TenantCreate):
    """A tenant, who administers it first, and where its people log in: without a provider nobody can, to name one."""

    model_config = example(
        {
            "kind": "authority",
            "name": "Norrviks kommun",
            "slug": "norrvik",
            "administrator": {"loginName": "admin@norrvik.example", "displayName": "Kim Exempel"},
            "identityProvider": CREATE_EXAMPLE,
        }
    )

    identity_provider: ProviderCreate | None = Field(
        None, description="Where the first administrator logs in; at it, `{issuer}/oidc/{id}/callback` is registered"
    )


class BootstrapCreate(ApiInput):
    """The code from the server's command line, who runs the platform, and where its people log in."""

    model_config = example(
        {
            "code": "printed by startklar bootstrap",
            "name": "Drift AB",
            "slug": "drift",
            "administrator": {"loginName": "admin@drift.example", "displayName": "Kim Exempel"},
            "identityProvider": CREATE_EXAMPLE,
        }
    )

    code: SecretStr = Field(min_length=16, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    slug: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    administrator: FirstAdministrator
    identity_provider: ProviderCreate


class BootstrapPublic(ApiModel):
    """The tenant that runs the platform. Log in there, then create the tenants of your customers."""

    model_config = example(
        {
            "tenant": TENANT_EXAMPLE,
            "redirectUri": PUBLIC_EXAMPLE["redirectUri"],
        }
    )

    tenant: TenantPublic
    redirect_uri: str = Field(description="Register exactly this address at the identity provider")
