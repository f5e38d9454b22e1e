"""What a login at an identity provider proved, the same whichever protocol proved it. Never stored as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.identity.assurance.evidence import Evidence


def folded(login_name: str) -> str:
    """A login name as it is compared: without blanks around it, in lower case. Empty for one that must not count.

    Lower-casing makes letters of ours from a few of others (the Kelvin sign becomes a k): whoever can be called so at
    a provider would become somebody else here.
    """
    if any(letter.lower().upper() != letter.upper() for letter in login_name):
        return ""
    return login_name.strip().lower()


@dataclass(frozen=True)
class ReplayKey:
    """What makes the provider's answer good for one use: SHA-256 of issuer and assertion id, kept until it expires."""

    digest: bytes
    expires_at: datetime


@dataclass(frozen=True)
class ProvenLogin:
    """Who logged in (by the login name, in lower case), when, and what the provider said of how.

    `subject` is the provider's own stable name for the person (`sub`, NameID); `session_id` its session (`sid`,
    SessionIndex), which must not outlive `session_until`. `attributes` are by wire name. `facts` tell a trial how the
    answer was verified: `signature` (algorithm), `signed` (which element), `certificate` (SHA-256, hexadecimal) or
    `key_id`, `encryption`, `clock_skew_seconds`; nothing personal.
    """

    login_name: str
    subject: str
    auth_time: datetime
    evidence: Evidence
    session_id: str | None = None
    session_until: datetime | None = None
    replay: ReplayKey | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
