"""Which addresses a client may register (RFC 9700 section 2.1, RFC 8252 section 7), and which one a request means."""

import re
from urllib.parse import SplitResult, urlsplit

_LOOPBACK = ("127.0.0.1", "::1")
MAX_ADDRESS = 2000
# What RFC 3986 allows, less the fragment and `*`, which nobody shall take for a wildcard.
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+", re.ASCII)
# A private-use scheme is the reverse of a domain that its owner has (RFC 8252 section 7.1), hence the dot.
_PRIVATE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/[^/].*", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)


def is_web_address(address: str) -> bool:
    """Whether codes and logouts may be sent there over the network: https, one spelling, no tricks."""
    parts = _split(address)
    return parts is not None and parts.scheme == "https" and _HOST.fullmatch(parts.hostname or "") is not None


def is_app_address(address: str) -> bool:
    """Whether an app may receive codes there: on the web, on the person's own machine, or by a scheme of its own."""
    if is_web_address(address):
        return True
    parts = _split(address)
    if parts is None:
        return False
    if parts.scheme == "http":
        return parts.hostname in _LOOPBACK
    return _PRIVATE.fullmatch(address) is not None


def is_machine_address(address: str) -> bool:
    """Whether we may call there: on the web, or, for trying out, on loopback, where the egress client allows that."""
    parts = _split(address)
    is_local = parts is not None and parts.scheme == "http" and parts.hostname in _LOOPBACK
    return is_web_address(address) or is_local


def names(registered: str, requested: str) -> bool:
    """Whether a request's address is the registered one: the same string, and nothing looser has ever been safe.

    But for the port of a loopback address that was registered without one, which an app on the person's machine
    learns only when it starts (RFC 8252 section 7.3).
    """
    if registered == requested:
        return True
    own, asked = _split(registered), _split(requested)
    if own is None or asked is None or own.scheme != "http" or own.hostname not in _LOOPBACK or own.port is not None:
        return False
    return asked.port is not None and requested == registered.replace(own.netloc, f"{own.netloc}:{asked.port}", 1)


def _split(address: str) -> SplitResult | None:
    """The parts of an address that has no fragment, no credentials, no way up and no odd characters; else None."""
    if len(address) > MAX_ADDRESS or not _CHARACTERS.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    climbs = any(segment in (".", "..") for segment in re.split(r"/|%2f", parts.path, flags=re.IGNORECASE))
    is_odd = parts.username is not None or "%5c" in address.lower() or "%2e" in parts.path.lower()
    return None if climbs or is_odd or address != parts.geturl() else parts
