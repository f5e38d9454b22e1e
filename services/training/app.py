"""The web app of training."""

from datetime import date

from fastapi import FastAPI

from services.training import models  # noqa: F401 - every table is known before the first query
from services.training.appointment.endpoints import router as appointments
from services.training.choice.endpoints import router as choices
from services.training.course.endpoints import router as courses
from services.training.coverage.endpoints import router as coverage
from services.training.curriculum.endpoints import router as curricula
from services.training.enrolment.endpoints import router as enrolments
from services.training.enrolment.rush import use_rush
from services.training.exchange.endpoints import router as exchanges
from services.training.person_data import PERSON_DATA
from services.training.prerequisite.endpoints import router as prerequisites
from services.training.room.endpoints import router as rooms
from services.training.session.endpoints import router as sessions
from services.training.settings import Settings
from services.training.wave.endpoints import router as waves
from shared.auth.cutoffs import use_cutoffs
from shared.kit.text import Text
from shared.web import ServiceSpec, build_app
from shared.web.assurance import use_assurance
from shared.web.journal import journal_router

SPEC = ServiceSpec(
    name="training",
    title="Startklar training",
    version="1.0.0",
    released=date(2026, 11, 21),
    description=Text(
        sv="Utbildning: kurser, tillfällen, anmälan, närvaro och hur stor del av varje roll som är utbildad.",
        en="Training: courses, sessions, enrolment, attendance and how large a share of each role is trained.",
    ),
    settings=Settings,
    routers=[
        courses,
        curricula,
        prerequisites,
        rooms,
        choices,
        sessions,
        enrolments,
        exchanges,
        appointments,
        waves,
        coverage,
        journal_router("training"),
    ],
    startup=[use_cutoffs, use_assurance(), use_rush],
    person_data=PERSON_DATA,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app; settings come from the environment at start-up unless given."""
    return build_app(SPEC, settings)
