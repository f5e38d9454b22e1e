"""What identity tells of login methods: that they work, that the proof of it has ended, that a certificate will."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event

LapseReason = Literal["configuration_changed", "disabled", "certificate_expired", "population_added"]


class LoginMethodVerified(Event):
    """A login by the method `key` succeeded for everybody whom it is for; the weakest of them reached `acr`.

    Told again when `acr` changes. `provider_id` is the provider whose login decided it.
    """

    type: ClassVar[str] = "identity.login_method.verified.v1"

    provider_id: UUID
    key: str
    verified: Literal[True] = True
    acr: str

    @property
    def subject(self) -> UUID:
        return self.provider_id


class LoginMethodLapsed(Event):
    """What was verified of the method `key` holds no longer; `acr` is what it had reached."""

    type: ClassVar[str] = "identity.login_method.lapsed.v1"

    provider_id: UUID
    key: str
    verified: Literal[False] = False
    acr: str
    reason: LapseReason

    @property
    def subject(self) -> UUID:
        return self.provider_id


class CertificateEndNeared(Event):
    """A certificate that logins depend on ends in `days` days or fewer; 0 when it has ended.

    `holder` is the identity provider, this service for the tenant, or a federation's metadata; `holder_id` its id.
    `fingerprint` is the SHA-256 of the certificate, hexadecimal, or the id of what ends where it is no certificate.
    """

    type: ClassVar[str] = "identity.certificate.end_neared.v1"

    holder: Literal["provider", "tenant", "federation"]
    holder_id: UUID
    fingerprint: str
    days: int
    not_after: datetime

    @property
    def subject(self) -> UUID:
        return self.holder_id
