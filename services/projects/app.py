"""The web app of the projects service."""

from contextlib import AsyncExitStack
from datetime import date

from fastapi import FastAPI

from services.projects import models  # noqa: F401 - every table is known before the first query
from services.projects.activity.endpoints import router as activities
from services.projects.agreement.endpoints import router as agreements
from services.projects.assessment.endpoints import router as assessments
from services.projects.attachment.endpoints import router as attachments
from services.projects.baseline.endpoints import router as baselines
from services.projects.body.endpoints import router as bodies
from services.projects.calendar.endpoints import router as calendars
from services.projects.changerequest.endpoints import router as change_requests
from services.projects.checklist.endpoints import router as checklists
from services.projects.consultation.endpoints import router as consultations
from services.projects.copylog.endpoints import router as copies
from services.projects.datarequest.endpoints import router as data_requests
from services.projects.decision.endpoints import router as decisions
from services.projects.dependency.endpoints import router as dependencies
from services.projects.deviation.endpoints import router as deviations
from services.projects.document.endpoints import router as documents
from services.projects.escalation.endpoints import router as escalations
from services.projects.gate.endpoints import router as gates
from services.projects.goal.endpoints import goals, indicators, measurements
from services.projects.instantiation.endpoints import making as instantiation
from services.projects.instantiation.endpoints import options, upgrades
from services.projects.integration.endpoints import router as integrations
from services.projects.interchange.endpoints import exports
from services.projects.interchange.endpoints import router as imports
from services.projects.interchange.service import MOST_BYTES
from services.projects.lesson.endpoints import evaluations, lessons, need_cards, requirements
from services.projects.meeting.endpoints import router as meetings
from services.projects.participation.endpoints import router as participations
from services.projects.person_data import PERSON_DATA
from services.projects.phase.endpoints import router as phases
from services.projects.phase.endpoints import tracks
from services.projects.picture.endpoints import router as pictures
from services.projects.poll.endpoints import router as polls
from services.projects.progress.endpoints import router as progress
from services.projects.project.endpoints import router as projects
from services.projects.proposal.endpoints import router as proposals
from services.projects.risk.endpoints import router as risks
from services.projects.schedule.endpoints import router as schedules
from services.projects.settings import Settings
from services.projects.share.endpoints import router as shares
from services.projects.signal.endpoints import router as signals
from services.projects.staffing.endpoints import router as staffing
from services.projects.survey.endpoints import router as surveys
from services.projects.template.endpoints import router as templates
from services.projects.transfer.endpoints import router as transfers
from services.projects.unit.endpoints import router as units
from services.projects.wheel.endpoints import router as wheels
from shared.auth.cutoffs import use_cutoffs
from shared.kit.files import FileStore
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import Runtime, ServiceSpec, build_app
from shared.web.journal import journal_router


async def _keep_files(runtime: Runtime, _: AsyncExitStack) -> None:
    runtime.resources[FileStore] = FileStore(runtime.settings.file_key_bytes())


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
        options,
        upgrades,
        projects,
        phases,
        tracks,
        progress,
        participations,
        attachments,
        exports,
        imports,
        checklists,
        gates,
        baselines,
        shares,
        agreements,
        change_requests,
        documents,
        pictures,
        goals,
        indicators,
        measurements,
        wheels,
        surveys,
        polls,
        lessons,
        evaluations,
        need_cards,
        requirements,
        deviations,
        data_requests,
        assessments,
        bodies,
        decisions,
        meetings,
        staffing,
        escalations,
        consultations,
        signals,
        units,
        risks,
        proposals,
        copies,
        transfers,
        integrations,
        calendars,
        dependencies,
        schedules,
        journal_router("projects", is_sealed=True),
    ],
    startup=[_keep_files, use_cutoffs],
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
