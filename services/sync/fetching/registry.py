"""Which connector fetches for which kind of source."""

from collections.abc import Mapping

from services.sync.fetching.connector import Connector

CONNECTORS: Mapping[str, Connector] = {}
