"""The web process of the sync service."""

from contextlib import AsyncExitStack
from datetime import date

from fastapi import FastAPI

from services.sync import forgetting, models  # noqa: F401 - every table and who forgets is known from the start
from services.sync.evidence.keys import publish_key
from services.sync.evidence.signing import EvidenceKey
from services.sync.person_data import PERSON_DATA
from services.sync.routers import INTERNAL_ROUTERS, ROUTERS
from services.sync.settings import Settings
from services.sync.source.service import sealer
from shared.auth.cutoffs import use_cutoffs
from shared.contracts.sync_assurance import SyncAssuranceViolated
from shared.kit.egress import EgressClient
from shared.kit.files import FileStore
from shared.kit.sealing import Sealer
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import Runtime, ServiceSpec, build_app
from shared.web.assurance import use_assurance


async def _keep_tools(runtime: Runtime, _: AsyncExitStack) -> None:
    if not isinstance(runtime.settings, Settings):
        raise TypeError("sync needs its own settings")
    runtime.resources[FileStore] = FileStore(runtime.settings.file_key_bytes())
    runtime.resources[Sealer] = sealer(runtime.settings.file_key_bytes())
    runtime.resources[EgressClient] = runtime.settings.egress()
    key = runtime.resources[EvidenceKey] = EvidenceKey(runtime.settings.client_key_file)
    async with runtime.database.transaction(None) as session:
        await publish_key(session, key)


SPEC = ServiceSpec(
    name="sync",
    title="Startklar sync",
    version="1.0.0",
    released=date(2026, 11, 21),
    description=Text(
        sv="Enheter och personer: leveranser från register, planer att godkänna, gällande register och dess flöde.",
        en="Units and persons: deliveries of registers, plans to approve, the roster in force and its change feed.",
    ),
    settings=Settings,
    routers=ROUTERS,
    internal_routers=INTERNAL_ROUTERS,
    startup=[
        _keep_tools,
        use_cutoffs,
        use_assurance(lambda seen, more: SyncAssuranceViolated(violation_id=seen, **more)),
    ],
    person_data=PERSON_DATA,
    large_bodies={r"/sync/v1/uploads/[^/]+/content": 512 * 1024 * 1024},
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The app; without settings it reads them from the environment when it starts."""
    return build_app(SPEC, settings)
