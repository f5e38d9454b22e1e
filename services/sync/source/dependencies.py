"""What the routes of sources get handed."""

from typing import Annotated, Any

from fastapi import Depends, Request

from services.sync.source.errors import SourceAddressRefused
from services.sync.source.service import SourceService
from shared.kit.egress import EgressClient, EgressRefused
from shared.kit.sealing import Sealer
from shared.web import SessionDep, runtime

SSH_PORTS = frozenset({22})


def seals(request: Request) -> Sealer:
    """What seals credentials in this process."""
    held: Sealer = runtime(request).resources[Sealer]
    return held


def _service(session: SessionDep, request: Request) -> SourceService:
    return SourceService(session, seals(request))


Sources = Annotated[SourceService, Depends(_service)]


async def usable_addresses(request: Request, connector: Any) -> None:
    """Whether all that the connector would reach may be reached; raises SourceAddressRefused. Each fetch checks again,
    since DNS changes."""
    client: EgressClient = runtime(request).resources[EgressClient]
    try:
        for url in connector.urls():
            await client.check(url)
        for host, port in connector.hosts():
            await client.addresses(host, port, SSH_PORTS)
    except EgressRefused as refusal:
        raise SourceAddressRefused.because(refusal) from None
