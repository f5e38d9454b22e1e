"""The web process of the webhooks service."""

from contextlib import AsyncExitStack
from datetime import date

from fastapi import FastAPI

from services.webhooks import models  # noqa: F401 - every table is known before the first query
from services.webhooks.catalogue.endpoints import router as catalogue
from services.webhooks.delivery.endpoints import router as deliveries
from services.webhooks.endpoint.endpoints import router as endpoints
from services.webhooks.endpoint.persondata import PERSON_DATA
from services.webhooks.endpoint.secret import SecretBox
from services.webhooks.event.endpoints import router as events
from services.webhooks.settings import Settings
from shared.auth.cutoffs import use_cutoffs
from shared.kit.egress import EgressClient
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import Runtime, ServiceSpec, build_app
from shared.web.assurance import use_assurance


async def _keep_tools(runtime: Runtime, _: AsyncExitStack) -> None:
    if not isinstance(runtime.settings, Settings):
        raise TypeError("webhooks needs its own settings")
    runtime.resources[EgressClient] = runtime.settings.egress()
    runtime.resources[SecretBox] = SecretBox(runtime.settings.file_key_bytes())


SPEC = ServiceSpec(
    name="webhooks",
    title="Startklar webhooks",
    version="1.0.0",
    released=date(2026, 11, 21),
    description=Text(
        sv="Händelser till era system: katalog, mottagare, signerade leveranser och en logg att läsa om.",
        en="Events for your systems: catalogue, endpoints, signed deliveries and a log to read again.",
    ),
    settings=Settings,
    routers=[catalogue, endpoints, deliveries, events],
    startup=[_keep_tools, use_cutoffs, use_assurance()],
    person_data=PERSON_DATA,
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The app; without settings it reads them from the environment when it starts."""
    return build_app(SPEC, settings)
