"""Which connector fetches for which kind of source."""

from collections.abc import Mapping

from services.sync.fetching.connector import Connector
from services.sync.fetching.https_file import HttpsFileConnector

CONNECTORS: Mapping[str, Connector] = {
    "https_file": HttpsFileConnector(),
}
READS_PREVIOUS = frozenset({"ss12000"})
"""Those that add what changed to the package that they brought the last time."""
