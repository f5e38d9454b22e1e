"""Which connector fetches for which kind of source."""

from collections.abc import Mapping

from services.sync.fetching.connector import Connector
from services.sync.fetching.drop_folder import DropFolderConnector
from services.sync.fetching.https_file import HttpsFileConnector
from services.sync.fetching.oneroster_rest import OneRosterRestConnector
from services.sync.fetching.sftp_file import SftpFileConnector
from services.sync.fetching.ss12000 import Ss12000Connector
from services.sync.fetching.stil_ws17 import StilWs17Connector

CONNECTORS: Mapping[str, Connector] = {
    "https_file": HttpsFileConnector(),
    "sftp_file": SftpFileConnector(),
    "drop_folder": DropFolderConnector(),
    "oneroster_rest": OneRosterRestConnector(),
    "ss12000": Ss12000Connector(),
    "stil_ws17": StilWs17Connector(),
}
READS_PREVIOUS = frozenset({"ss12000"})
"""Those that add what changed to the package that they brought the last time."""
