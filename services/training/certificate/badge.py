"""Open Badges 3.0 as signed JWT (VC-JWT), and the Bitstring Status List that says which are revoked.

Sources: 1EdTech Open Badges 3.0 sections 8.2 (JWT: credential properties as claims, with iss, jti, nbf, sub) and
B.1 (data model); W3C Bitstring Status List 1.0 (sections 2 and 3.2: GZIP, multibase base64url, at least 131 072 bits).
"""

import gzip
import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.kit.text import Text

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
LIST_BITS = 131_072
"""Bits of one list, the least that the standard allows: a badge hides among so many."""
_STRIDE = 48_271  # odd, so that every place of a list is met once: neighbours in time are none in the list
_TYPE = "JWT"  # Open Badges 3.0 section 8.2.4.1

BADGE_TYPE = _TYPE
LIST_TYPE = _TYPE


@dataclass(frozen=True)
class Place:
    """Where the bit of a certificate is."""

    list_number: int
    index: int


@dataclass(frozen=True)
class Award:
    """What a badge says. `name` is the holder's, or the alias of a protected person; only its salted hash goes out."""

    issuer_url: str
    issuer_name: str
    badge_id: UUID
    achievement_id: UUID
    title: Text
    parts: tuple[Text, ...]
    name: str
    issued_at: datetime
    place: Place


def place_of(number: int, seed: UUID) -> Place:
    """The place of the tenant's `number`th certificate; `seed` sets tenants apart."""
    list_number, within = divmod(number, LIST_BITS)
    return Place(list_number, (within * _STRIDE + seed.int) % LIST_BITS)


def list_url(issuer_url: str, list_number: int) -> str:
    """Where a status list is read."""
    return f"{issuer_url}/status-lists/{list_number}"


def badge_url(issuer_url: str, badge_id: UUID) -> str:
    """Where anybody sees whether a badge holds; also its id."""
    return f"{issuer_url}/badges/{badge_id}"


def badge_claims(award: Award) -> dict[str, Any]:
    """The badge to be signed. Nobody's name: who holds it shows it, and a verifier hashes the name they are told."""
    own, subject = (
        badge_url(award.issuer_url, award.badge_id),
        f"urn:uuid:{UUID(bytes=secrets.token_bytes(16), version=4)}",
    )
    salt = secrets.token_hex(16)
    url = list_url(award.issuer_url, award.place.list_number)
    credential = {
        "@context": CONTEXTS,
        "id": own,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": award.title.en,
        "issuer": profile(award.issuer_url, award.issuer_name),
        "validFrom": _instant(award.issued_at),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": identity_hash(award.name, salt),
                    "identityType": "name",
                    "salt": salt,
                }
            ],
            "achievement": _achievement(award),
        },
        "credentialStatus": {
            "id": f"{url}#{award.place.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(award.place.index),
            "statusListCredential": url,
        },
    }
    issued = int(award.issued_at.timestamp())
    return credential | {"iss": award.issuer_url, "jti": own, "sub": subject, "nbf": issued, "iat": issued}


def list_claims(issuer_url: str, list_number: int, revoked: Iterable[int], at: datetime) -> dict[str, Any]:
    """The status list to be signed; `revoked` are the indices of badges that hold no longer."""
    url = list_url(issuer_url, list_number)
    credential = {
        "@context": CONTEXTS[:1],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_url,
        "validFrom": _instant(at),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded_list(revoked),
        },
    }
    moment = int(at.timestamp())
    return credential | {"iss": issuer_url, "jti": url, "sub": f"{url}#list", "nbf": moment, "iat": moment}


def profile(issuer_url: str, issuer_name: str) -> dict[str, Any]:
    """Who issues."""
    return {"id": issuer_url, "type": ["Profile"], "name": issuer_name, "url": issuer_url}


def identity_hash(identity: str, salt: str) -> str:
    """What a verifier computes of the name that the holder gives."""
    return "sha256$" + hashlib.sha256((identity + salt).encode()).hexdigest()


def encoded_list(revoked: Iterable[int]) -> str:
    """A bit for each index, the first of each byte its highest; compressed, in multibase."""
    bits = bytearray(LIST_BITS // 8)
    for index in revoked:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def _achievement(award: Award) -> dict[str, Any]:
    parts = "; ".join(part.en for part in award.parts)
    narrative = f"Took part in every session of: {parts}" if parts else "Took part in the whole session"
    return {
        "id": f"urn:uuid:{award.achievement_id}",
        "type": ["Achievement"],
        "name": award.title.en,
        "description": f"{award.title.en} ({award.title.sv})",
        "criteria": {"narrative": narrative},
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
