"""Whom we trust when we call a source: the public authorities, or the one that the source names, never both."""

import ssl
from typing import Any

from services.sync.fetching.errors import SourceUntrusted
from services.sync.settings import Settings
from shared.kit.egress import EgressClient


def egress_for(settings: Settings, connector: Any) -> EgressClient:
    """The client for one source. Raises SourceUntrusted where its authority is no certificate."""
    authority = getattr(connector, "authority", None)
    if authority is None:
        return settings.egress()
    try:
        return settings.egress(ssl.create_default_context(cadata=authority))
    except ssl.SSLError:
        raise SourceUntrusted(reason="authority") from None
