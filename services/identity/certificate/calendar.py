"""When what logins depend on ends, and what to do about it, in words. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.identity.provider.models import IdentityProvider
from services.identity.saml.certificates import fingerprint, read_certificate
from services.identity.tenantkey.models import TenantKey
from shared.kit.text import Text

Holder = Literal["provider", "tenant", "federation"]
Severity = Literal["fine", "soon", "urgent", "ended"]

WARNED_AT = (60, 30, 14, 7, 1, 0)
"""Days before the end at which it is told, once each."""
_OF_FEDERATIONS = (1, 0)
"""Federations renew what they say every day and never for long: only what is about to end is news."""

_ADVICE: dict[Holder, Text] = {
    "provider": Text(
        sv="Be inloggningstjänsten om metadata med det nya certifikatet, lägg in den och gör om provet",
        en="Ask the identity provider for metadata with the new certificate, put it in and make the trial again",
        da="Bed login-tjenesten om metadata med det nye certifikat, læg den ind, og lav prøven igen",
    ),
    "tenant": Text(
        sv="Efterföljaren publiceras och används av sig själv; den som läser in vår metadata för hand gör om det nu",
        en="The successor is published and used by itself; whoever loads our metadata by hand does so again now",
        da="Efterfølgeren offentliggøres og tages selv i brug; den, der indlæser vores metadata i hånden, gør det nu",
    ),
    "federation": Text(
        sv="Federationens uppgift om inloggningstjänsten upphör; kontrollera hos federationen att den förnyas",
        en="What the federation says of the identity provider ends; check with the federation that it is renewed",
        da="Føderationens oplysning om login-tjenesten ophører; kontrollér hos føderationen, at den fornyes",
    ),
}


@dataclass(frozen=True)
class Ending:
    """Something that ends. `key` names it in warnings: a fingerprint, or what else tells it from its successor."""

    holder: Holder
    holder_id: UUID
    name: str
    key: str
    not_after: datetime

    def days(self, at: datetime) -> int:
        """Whole days until the end, 0 on the last one and after it."""
        return max(0, (self.not_after - at).days)

    def severity(self, at: datetime) -> Severity:
        if self.not_after <= at:
            return "ended"
        days = self.days(at)
        return "urgent" if days <= 14 else "soon" if days <= 60 else "fine"

    def due(self, at: datetime) -> int | None:
        """The warning that is due now: the nearest one that has come; None while the end is far."""
        if self.not_after <= at:
            return 0
        left = (self.not_after - at).total_seconds() / 86400
        warned_at = _OF_FEDERATIONS if self.holder == "federation" else WARNED_AT
        return min((one for one in warned_at if one and left <= one), default=None)

    @property
    def advice(self) -> Text:
        return _ADVICE[self.holder]


def of_providers(providers: Iterable[IdentityProvider]) -> Iterator[Ending]:
    """The signing certificates that tenants' uploaded metadata names; a provider that is off ends nobody's login."""
    for provider in providers:
        if provider.protocol != "saml" or provider.federation_id is not None or provider.state == "disabled":
            continue
        for text in provider.configuration.get("certificates", ()):
            certificate = read_certificate(text)
            end = certificate.not_valid_after_utc
            yield Ending("provider", provider.id, provider.name, fingerprint(certificate), end)


def of_keys(keys: Iterable[TenantKey]) -> Iterator[Ending]:
    """The tenant's own keys that are in use or next."""
    for key in keys:
        if key.state != "retired":
            yield Ending("tenant", key.id, key.purpose, key.fingerprint, key.expires_at)
