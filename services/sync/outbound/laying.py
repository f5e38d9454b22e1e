"""Lays a package on an SFTP server."""

from collections.abc import AsyncIterator

from services.sync.outbound.destination import SftpDrop
from services.sync.source.connectors import Credentials
from shared.kit.egress import EgressClient


async def lay_down(
    destination: SftpDrop, credentials: Credentials, name: str, content: AsyncIterator[bytes], egress: EgressClient
) -> None:
    raise NotImplementedError
