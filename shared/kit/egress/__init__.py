"""The only way out: HTTP calls to addresses that strangers may have chosen.

`EgressClient` resolves a host once, refuses it when any of its addresses lies inside, connects to exactly the
address that it checked, follows no redirect and stops at its limits of size and time.
"""

from shared.kit.egress.addresses import Network, network_of
from shared.kit.egress.client import EgressClient, EgressResponse, EgressStream
from shared.kit.egress.errors import EgressError, EgressFailed, EgressRefused, FailureKind, RefusalReason
from shared.kit.egress.resolve import Resolver, system_resolver

__all__ = [
    "EgressClient",
    "EgressError",
    "EgressFailed",
    "EgressRefused",
    "EgressResponse",
    "EgressStream",
    "FailureKind",
    "Network",
    "RefusalReason",
    "Resolver",
    "network_of",
    "system_resolver",
]
