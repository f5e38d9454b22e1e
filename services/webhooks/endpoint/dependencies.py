"""What the routes of endpoints and deliveries get handed."""

from typing import Annotated

from fastapi import Depends, Request

from services.webhooks.endpoint.errors import UrlRefused
from services.webhooks.endpoint.secret import SecretBox
from services.webhooks.endpoint.service import EndpointService
from shared.kit.egress import EgressClient, EgressRefused
from shared.web import SessionDep, runtime


async def _service(session: SessionDep) -> EndpointService:
    return EndpointService(session)


Endpoints = Annotated[EndpointService, Depends(_service)]


def secret_box(request: Request) -> SecretBox:
    """What seals signing secrets in this process."""
    box: SecretBox = runtime(request).resources[SecretBox]
    return box


async def usable_url(request: Request, url: str) -> None:
    """Whether `url` may be called at all; raises UrlRefused. Every delivery checks again, since DNS changes."""
    client: EgressClient = runtime(request).resources[EgressClient]
    try:
        await client.check(url)
    except EgressRefused as refusal:
        raise UrlRefused.because(refusal) from None
