"""The table of identity providers: where a tenant's people log in."""

from sqlalchemy import LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TenantRow, Versioned


class IdentityProvider(Model, TenantRow, Versioned, table=True):
    """An OpenID provider that vouches for the tenant's accounts and for no other tenant's.

    `login_claim` names the claim with the login name (eduPersonPrincipalName); `acr_map` turns the provider's `acr`
    values into ours, an unlisted one counts as basic. `is_demo` may not exist in production.
    """

    __tablename__ = "identity_provider"

    name: str = Field(sa_type=Text)
    issuer: str = Field(sa_type=Text)
    client_id: str = Field(sa_type=Text)
    client_secret_sealed: bytes = Field(sa_type=LargeBinary)
    login_claim: str = Field(sa_type=Text)
    acr_map: dict[str, str] = Field(sa_type=JSONB)
    state: str = Field(default="active", sa_type=Text)
    is_demo: bool = False
