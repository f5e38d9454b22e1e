"""Which network an address belongs to.

Written out instead of `ipaddress.is_global`, whose tables differ between Python versions and which does not look
inside addresses that carry an IPv4 address (IPv4-mapped, NAT64, 6to4). Sources: the IANA special-purpose registries
(RFC 6890), RFC 6052 (NAT64), RFC 3056 (6to4), RFC 6598 (shared address space).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

Network = Literal["public", "loopback", "private", "forbidden"]

_LOOPBACK4 = IPv4Network("127.0.0.0/8")
_PRIVATE4 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_FORBIDDEN4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # "this host": Linux connects it to loopback
            "100.64.0.0/10",  # carrier NAT; also where some clouds keep their metadata
            "169.254.0.0/16",  # link-local: the metadata services of most clouds
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_UNIQUE_LOCAL = IPv6Network("fc00::/7")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_MAPPED = IPv6Network("::ffff:0:0/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_FORBIDDEN6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))


def network_of(address: str) -> Network:
    """The network of a textual IP address; text that is no address (or has a zone) counts as forbidden."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "forbidden"
    return _of_v4(parsed) if isinstance(parsed, IPv4Address) else _of_v6(parsed)


def _of_v4(address: IPv4Address) -> Network:
    if address in _LOOPBACK4:
        return "loopback"
    if any(address in network for network in _PRIVATE4):
        return "private"
    return "forbidden" if any(address in network for network in _FORBIDDEN4) else "public"


def _of_v6(address: IPv6Address) -> Network:
    carried = _carried_v4(address)
    if carried is not None:
        return _of_v4(carried)
    if address == IPv6Address("::1"):
        return "loopback"
    if address in _UNIQUE_LOCAL:
        return "private"
    # Everything outside global unicast (unspecified, link-local, multicast, local NAT64, unassigned) stays shut.
    if address.scope_id or address not in _GLOBAL_UNICAST or any(address in network for network in _FORBIDDEN6):
        return "forbidden"
    return "public"


def _carried_v4(address: IPv6Address) -> IPv4Address | None:
    number = int(address)
    if address in _NAT64 or address in _MAPPED:
        return IPv4Address(number & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address((number >> 80) & 0xFFFF_FFFF)
    return None
