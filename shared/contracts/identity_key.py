"""What identity tells of the keys that identity providers know its tenants by."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class TenantKeyChanged(Event):
    """A key was made (`next`, or `active` where it is the first), taken into use, or retired.

    Providers that keep a copy of our metadata must read it anew.
    """

    type: ClassVar[str] = "identity.tenant_key.changed.v1"

    tenant_key_id: UUID
    purpose: Literal["saml_signing", "saml_encryption", "oidc_client"]
    state: Literal["next", "active", "retired"]
    expires_at: datetime
