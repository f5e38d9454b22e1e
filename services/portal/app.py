"""The web process of the portal; it has no worker."""

from contextlib import AsyncExitStack
from datetime import date

from fastapi import FastAPI

from services.portal.document.endpoints import router as documentation
from services.portal.document.service import DocumentService
from services.portal.page.endpoints import router as page
from services.portal.settings import Settings
from services.portal.status.endpoints import root_router as short_status
from services.portal.status.endpoints import router as status
from services.portal.status.schemas import Promise
from services.portal.status.service import StatusService
from shared.kit.egress import EgressClient
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import Runtime, ServiceSpec, build_app
from shared.web.service_levels import LEVEL, x_sla


def _promise() -> Promise:
    said = x_sla()
    return Promise(
        availability=said["availability"],
        response_time=said["responseTime"],
        news_within_seconds=LEVEL.delay,
        support=said["support"],
    )


async def _look_around(runtime: Runtime, _: AsyncExitStack) -> None:
    settings = runtime.settings
    # Our own services, over the internal network: private addresses and plain http are what they have.
    client = EgressClient(allow_private=True, max_response_bytes=16_777_216)
    timeout = settings.probe_timeout if isinstance(settings, Settings) else 1.0
    runtime.resources[StatusService] = StatusService(client, settings.service_urls, timeout, _promise())
    own = create_app().openapi()
    runtime.resources[DocumentService] = DocumentService(client, settings.service_urls, settings.public_url, own)


SPEC = ServiceSpec(
    name="portal",
    title="Startklar portal",
    version="1.0.0",
    released=date(2026, 11, 21),
    description=Text(
        sv="Startsidan: läget för varje tjänst och alla API:ers dokumentation.",
        en="The front page: the state of each service and the documentation of all APIs.",
    ),
    settings=Settings,
    routers=[status],
    root_routers=[page, short_status, documentation],
    startup=[_look_around],
    has_data=False,
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The app; without settings it reads them from the environment when it starts."""
    return build_app(SPEC, settings)
