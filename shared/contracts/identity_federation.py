"""What identity tells of federations: that their metadata changed, waited for approval or was refused.

Counts, codes and the addresses (entityIDs) that members of a federation publish for everybody.
"""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class FederationRefreshed(Event):
    """A new generation of a federation's metadata is in force; the counts compare it with the one before.

    `identity_providers` is how many can be logged in at now, `left_out` how many entities could not be used.
    """

    type: ClassVar[str] = "identity.federation.refreshed.v1"

    federation_id: UUID
    generation_id: UUID
    identity_providers: int
    left_out: int
    added: int
    removed: int
    keys_changed: int
    scopes_changed: int
    endpoints_changed: int


class FederationApprovalNeeded(Event):
    """A new generation has so many fewer identity providers that an operator must approve it; the old one goes on."""

    type: ClassVar[str] = "identity.federation.approval_needed.v1"

    federation_id: UUID
    generation_id: UUID
    identity_providers_before: int
    identity_providers_after: int


class FederationRefused(Event):
    """What the feed delivered was not accepted; the last good generation goes on until its own end.

    `reason` is a code, told once for as long as it stays the same.
    """

    type: ClassVar[str] = "identity.federation.refused.v1"

    federation_id: UUID
    reason: str


class ProviderMetadataChanged(Event):
    """The federation changed what a tenant's identity provider is logged in with.

    `changed` holds `keys`, `scopes`, `endpoints`, `added` (it is back) or `removed` (logins there fail from now on).
    """

    type: ClassVar[str] = "identity.provider.metadata_changed.v1"

    provider_id: UUID
    federation_id: UUID
    changed: tuple[str, ...]
