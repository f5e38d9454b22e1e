"""The shape of a URL that may leave: checked before any name is looked up."""

from dataclasses import dataclass

import httpx

from shared.kit.egress.errors import EgressRefused

MAX_URL_LENGTH = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Below 1024 only the web's own ports; above, not the ports where databases and cluster controls listen.
_SHUT_PORTS = frozenset(
    {1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5984, 6000, 6379, 6443, 6667, 8500, 9042}
    | {9092, 9200, 9300, 10250, 10255, 11211, 27017}
)


@dataclass(frozen=True)
class Target:
    """One parsed URL. `host` is ASCII (IDNA), without brackets; `path` holds path and query as sent."""

    scheme: str
    host: str
    port: int
    authority: str
    path: bytes

    @classmethod
    def parse(cls, url: str, *, https_only: bool, any_port: bool) -> "Target":
        """The parts of `url`, or EgressRefused. Parsed once, so that no second parser can read it differently."""
        parsed = _parsed(url)
        if parsed.scheme not in _DEFAULT_PORTS:
            raise EgressRefused("scheme", "only http and https URLs are called")
        if https_only and parsed.scheme != "https":
            raise EgressRefused("insecure", "only https URLs are called")
        if parsed.userinfo:
            raise EgressRefused("credentials", "a URL may not carry a user name or password")
        host = parsed.raw_host.decode("ascii").strip("[]")
        if not host or "%" in host:
            raise EgressRefused("host", "the URL names no host")
        port = _DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
        if not 0 < port < 65536 or (not any_port and is_shut(port)):
            raise EgressRefused("port", f"port {port} is not called")
        return cls(parsed.scheme, host, port, parsed.netloc.decode("ascii"), parsed.raw_path)


def is_shut(port: int) -> bool:
    """Whether nothing that we call over the web listens there."""
    return port in _SHUT_PORTS or (port < 1024 and port not in (80, 443))


def _parsed(url: str) -> httpx.URL:
    if len(url) > MAX_URL_LENGTH:
        raise EgressRefused("host", f"a URL has at most {MAX_URL_LENGTH} characters")
    if "\\" in url or any(character.isspace() for character in url):
        raise EgressRefused("host", "a URL has neither spaces nor backslashes")
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise EgressRefused("host", "this is not a URL") from error
