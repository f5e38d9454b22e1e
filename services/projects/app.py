"""The web app of the projects service."""

import asyncio
from contextlib import AsyncExitStack
from datetime import date

from fastapi import FastAPI

from services.projects import models  # noqa: F401 - every table is known before the first query
from services.projects.interchange.service import MOST_BYTES
from services.projects.person_data import PERSON_DATA
from services.projects.routers import ROUTERS
from services.projects.settings import Settings
from services.projects.template.catalogue import shipped
from shared.auth.cutoffs import use_cutoffs
from shared.contracts.projects_assurance import ProjectsAssuranceViolated
from shared.kit.files import FileStore
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import Runtime, ServiceSpec, build_app
from shared.web.assurance import use_assurance


async def _keep_files(runtime: Runtime, _: AsyncExitStack) -> None:
    runtime.resources[FileStore] = FileStore(runtime.settings.file_key_bytes())


async def _read_templates(_: Runtime, __: AsyncExitStack) -> None:
    """Here, so that no request waits for it, and a template that is not as it was published stops the service."""
    await asyncio.to_thread(shipped)


SPEC = ServiceSpec(
    name="projects",
    title="Startklar projects",
    version="1.0.0",
    released=date(2026, 11, 21),
    description=Text(
        sv="Mallar, projekt, faser, aktiviteter och grindar. Grindarna läser signaler som bara tjänsterna kan ge.",
        en="Templates, projects, phases, activities and gates. Gates read signals that only the services can give.",
    ),
    settings=Settings,
    routers=ROUTERS,
    startup=[
        _keep_files,
        _read_templates,
        use_cutoffs,
        use_assurance(lambda seen, more: ProjectsAssuranceViolated(violation_id=seen, **more)),
    ],
    person_data=PERSON_DATA,
    large_bodies={
        r"/projects/v1/projects/[^/]+/activity-upserts": 8 * 1024 * 1024,
        r"/projects/v1/projects/[^/]+/imports": MOST_BYTES,
        r"/projects/v1/attachments/[^/]+/content": 256 * 1024 * 1024,  # the settings say how much of it is taken
    },
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The app; without settings it reads them from the environment when it starts."""
    return build_app(SPEC, settings)
