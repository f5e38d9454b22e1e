"""The web app of the projects service."""

from datetime import date

from fastapi import FastAPI

from services.projects import models  # noqa: F401 - every table is known before the first query
from services.projects.activity.endpoints import router as activities
from services.projects.agreement.endpoints import router as agreements
from services.projects.baseline.endpoints import router as baselines
from services.projects.body.endpoints import router as bodies
from services.projects.calendar.endpoints import router as calendars
from services.projects.checklist.endpoints import router as checklists
from services.projects.copylog.endpoints import router as copies
from services.projects.decision.endpoints import router as decisions
from services.projects.dependency.endpoints import router as dependencies
from services.projects.gate.endpoints import router as gates
from services.projects.goal.endpoints import goals, indicators, measurements
from services.projects.instantiation.endpoints import router as instantiation
from services.projects.meeting.endpoints import router as meetings
from services.projects.participation.endpoints import router as participations
from services.projects.person_data import PERSON_DATA
from services.projects.phase.endpoints import router as phases
from services.projects.phase.endpoints import tracks
from services.projects.progress.endpoints import router as progress
from services.projects.project.endpoints import router as projects
from services.projects.proposal.endpoints import router as proposals
from services.projects.risk.endpoints import router as risks
from services.projects.settings import Settings
from services.projects.share.endpoints import router as shares
from services.projects.signal.endpoints import router as signals
from services.projects.template.endpoints import router as templates
from services.projects.unit.endpoints import router as units
from shared.auth.cutoffs import use_cutoffs
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import ServiceSpec, build_app
from shared.web.journal import journal_router

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
    routers=[
        activities,  # first: the most read list is also the first that a path is compared with
        templates,
        instantiation,
        projects,
        phases,
        tracks,
        progress,
        participations,
        checklists,
        gates,
        baselines,
        shares,
        agreements,
        goals,
        indicators,
        measurements,
        bodies,
        decisions,
        meetings,
        signals,
        units,
        risks,
        proposals,
        copies,
        calendars,
        dependencies,
        journal_router("projects", is_sealed=True),
    ],
    startup=[use_cutoffs],
    person_data=PERSON_DATA,
    large_bodies={r"/projects/v1/projects/[^/]+/activity-upserts": 8 * 1024 * 1024},
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The app; without settings it reads them from the environment when it starts."""
    return build_app(SPEC, settings)
