"""How a provider's own name for a person is stored for recognition: as a digest, never in clear."""

import hashlib
from collections.abc import Mapping

# What stays when NemLog-in gives a person a new persistent uuid: OIOSAML 3, then OIOSAML 2.
_PROFESSIONAL = (
    (
        "https://data.gov.dk/model/core/eid/professional/cvr",
        "https://data.gov.dk/model/core/eid/professional/rid",
    ),
    ("dk:gov:saml:attribute:CvrNumberIdentifier", "dk:gov:saml:attribute:RidNumberIdentifier"),
)


def subject_digest(issuer: str, subject: str) -> bytes:
    """SHA-256 of issuer and subject: the same subject at another issuer is another person."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()


def relink_digest(issuer: str, attributes: Mapping[str, tuple[str, ...]]) -> bytes | None:
    """SHA-256 of issuer, CVR and RID; None unless the provider gave each exactly once."""
    for names in _PROFESSIONAL:
        found = [attributes.get(name, ()) for name in names]
        if all(len(values) == 1 and values[0] for values in found):
            return hashlib.sha256("\n".join(("relink", issuer, *(values[0] for values in found))).encode()).digest()
    return None
