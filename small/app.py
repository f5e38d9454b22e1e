"""The web process of the profile `small`: every service's app on one port."""

from contextlib import AsyncExitStack

from prometheus_client import start_http_server

from services.identity.app import SPEC as IDENTITY
from services.portal.app import SPEC as PORTAL
from services.projects.app import SPEC as PROJECTS
from services.sync.app import SPEC as SYNC
from services.training.app import SPEC as TRAINING
from services.webhooks.app import SPEC as WEBHOOKS
from shared.kit.logging import configure_logging
from shared.web import build_app
from small.mount import Mounted
from small.settings import Settings

SPECS = (IDENTITY, PROJECTS, SYNC, TRAINING, WEBHOOKS, PORTAL)


def create_app() -> Mounted:
    """The app; every service reads its own settings from the environment when it starts."""
    apps = {spec.name: build_app(spec, alone=False) for spec in SPECS}
    return Mounted(apps, front=PORTAL.name, around=_begin)


def _begin(stack: AsyncExitStack) -> None:
    configure_logging("small")
    settings = Settings()
    if settings.metrics_port:
        # One registry for the process: each of its lines says which service it is of.
        server, _ = start_http_server(settings.metrics_port, addr=settings.metrics_host)
        stack.callback(server.shutdown)
