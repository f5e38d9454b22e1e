"""What a process refuses to start with: each refusal is a sentence that says what to do."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

log = structlog.get_logger(__name__)

# What a migration that takes away writes on the table alembic_version, and `await_schema` reads.
NEEDS = "code must know revision "
OLDEST_POSTGRES = 15
SKEW_REFUSED, SKEW_TOLD = 60.0, 5.0
_SHORTEST_PASSWORD = 16
# What examples, images and habits come with, in lower case.
_KNOWN_PASSWORDS = (
    *("changemechangeme", "change-me-change-me", "password-password", "startklarstartklar", "secretsecretsecret"),
    *("1234567890123456", "0123456789abcdef", "correcthorsebatterystaple"),
)


# Secrets that each service has for itself.
_OWN = ("FILE_KEY", "OTHER_FILE_KEYS", "INDEX_KEY", "DATABASE_URL", "RELAY_DATABASE_URL")


class Refused(RuntimeError):
    """The process must not serve like this."""


def spelt_out(error: ValidationError, service: str) -> str:
    """A line for each thing that is wrong with a service's settings, without values, which may be secrets."""
    lines = [_line(one, service.upper()) for one in error.errors(include_input=False, include_url=False)]
    return f"{service} does not start: its settings are refused.\n" + "\n".join(lines)


def _line(error: Any, prefix: str) -> str:
    name = "_".join(str(part) for part in error["loc"][:1]).upper()
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        common = "" if name in _OWN else f" (or STARTKLAR_{name}, where all services share it)"
        return f"- {prefix}_{name}{common} is not set"
    return f"- {prefix}_{name}: {message}" if name else f"- {message}"


def weak_key(key: bytes) -> str | None:
    """What is wrong with a key of 32 bytes that should be random."""
    if len(set(key)) < 12 or all(32 <= byte < 127 for byte in key):
        return "file_key is too weak for production: make it with `openssl rand -base64 32`, and keep it"
    return None


def unfit_client_key(path: Path | None) -> str | None:
    """What is wrong with the key by which identity knows this service; found here, not at the first call."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None) if path else None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return "client_key_file cannot be read as a PEM private key: give the service its own, as identity knows it"
    if key is not None and not (isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)):
        return "client_key_file must hold an ES256 key (P-256): give the service its own, as identity knows it"
    return None


def weak_password(url: str, name: str) -> str | None:
    """What is wrong with the password in a database's or Redis's URL; without one the server decides by other means."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query)).get("password") or unquote(parts.password or "")
    if not given:
        return None
    is_known = given.lower() in _KNOWN_PASSWORDS or given == parts.username
    if is_known or len(given) < _SHORTEST_PASSWORD or len(set(given)) < 8:
        return f"the password in {name} is too weak for production: give the role at least 16 random characters"
    return None


def plain_origin(url: str, name: str) -> str | None:
    """What is wrong with an address that must be a scheme and a host alone."""
    parts = urlsplit(url)
    if parts.username or parts.query or parts.fragment or parts.path not in ("", "/"):
        return f"{name} must be an origin (https://api.example.org), without path, query or user"
    return None


def shared_secrets(service: str) -> Iterator[str]:
    """Secrets of one service that stand under the name that all services read; and a key that another service of this
    process has too."""
    for name in _OWN:
        if os.environ.get(f"STARTKLAR_{name}") and not os.environ.get(f"{service.upper()}_{name}"):
            yield f"STARTKLAR_{name} would give every service the same secret: set {service.upper()}_{name} instead"
    own = f"{service.upper()}_FILE_KEY"
    twins = [name for name in os.environ if name.endswith("_FILE_KEY") and os.environ[name] == os.environ.get(own)]
    for twin in sorted(set(twins) - {own, "STARTKLAR_FILE_KEY"}):
        yield f"{own} and {twin} are one key: give each service its own, with `openssl rand -base64 32`"


def check_server(version: int, encoding: str, clock: float, *, asked: float, answered: float) -> None:
    """Raise Refused for a database server that is unfit.

    `version` is its server_version_num; `clock` its time in seconds, told between our instants `asked` and `answered`.
    """
    if version < OLDEST_POSTGRES * 10_000:
        found = version // 10_000
        raise Refused(
            f"PostgreSQL {found} is too old: upgrade the server to {OLDEST_POSTGRES} or newer, 18 if you may choose"
        )
    if encoding != "UTF8":
        raise Refused(f"the database's encoding is {encoding}: make it anew WITH TEMPLATE template0 ENCODING 'UTF8'")
    skew = 0.0 if asked <= clock <= answered else min(clock - asked, clock - answered, key=abs)
    if abs(skew) > SKEW_REFUSED:
        raise Refused(
            f"the database server's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's:"
            " let both follow a time server (NTP); leases, tokens and cutoffs live by them"
        )
    if abs(skew) > SKEW_TOLD:
        log.warning("clocks differ: let this machine and the database's follow a time server", seconds=round(skew))
