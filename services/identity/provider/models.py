"""The table of identity providers: where a tenant's people log in."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TenantRow, Versioned


class IdentityProvider(Model, TenantRow, Versioned, table=True):
    """Who vouches for the tenant's accounts and for no other tenant's, by OpenID Connect or SAML.

    `issuer` is the OpenID issuer or the SAML entityID, `method` the login method that the rollout's gates speak of.
    `login_claim` names the claim or attribute with the login name (eduPersonPrincipalName), which ends in a domain of
    the tenant unless the provider is not `is_scoped` (UNI-Login's uniid). `loa_map` is the key of
    the map that the provider's assurance is read by, `acr_map` the tenant's own additions. `configuration` holds what
    only the protocol needs (`configuration.py`); with `federation_id` the federation's metadata says it instead.
    `populations` are who uses it, all where it is empty. `is_demo` may not exist in production.
    """

    __tablename__ = "identity_provider"
    __table_args__ = (
        CheckConstraint("protocol IN ('oidc', 'saml')", name="protocol"),
        CheckConstraint("state IN ('draft', 'verified', 'active', 'disabled')", name="state"),
    )

    protocol: str = Field(default="oidc", sa_type=Text)
    method: str = Field(default="sso", sa_type=Text)

    name: str = Field(sa_type=Text)
    issuer: str = Field(sa_type=Text)
    client_id: str | None = Field(default=None, sa_type=Text)
    client_secret_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    configuration: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    federation_id: UUID | None = None
    login_claim: str = Field(sa_type=Text)
    is_scoped: bool = True
    loa_map: str = Field(default="", sa_type=Text)
    acr_map: dict[str, str] = Field(sa_type=JSONB)
    populations: list[str] = Field(default_factory=list, sa_type=JSONB)
    state: str = Field(default="active", sa_type=Text)
    is_demo: bool = False
