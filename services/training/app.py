"""The web app of training."""

from datetime import date

from fastapi import FastAPI

from services.training import models  # noqa: F401 - every table is known before the first query
from services.training.enrolment.rush import use_rush
from services.training.person_data import PERSON_DATA
from services.training.routers import ROUTERS
from services.training.settings import Settings
from services.training.statement.resources import use_record_store
from shared.auth.cutoffs import use_cutoffs
from shared.kit.text import Text
from shared.web import ServiceSpec, build_app
from shared.web.assurance import use_assurance

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
    routers=ROUTERS,
    startup=[use_record_store, use_cutoffs, use_assurance(), use_rush],
    person_data=PERSON_DATA,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app; settings come from the environment at start-up unless given."""
    return build_app(SPEC, settings)
