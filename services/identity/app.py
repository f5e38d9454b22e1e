"""The web app of identity: the admin API, and the protocols that log people in and issue tokens."""

from datetime import date

from fastapi import FastAPI

from services.identity import models  # noqa: F401 - every table is known before the first query
from services.identity.dependencies import refuse_demo_data, use_identity
from services.identity.person_data import PERSON_DATA
from services.identity.routers import INTERNAL_ROUTERS, PROTOCOL_ROUTERS, ROUTERS
from services.identity.settings import Settings
from shared.auth.cutoffs import use_cutoffs
from shared.contracts.identity_assurance import IdentityAssuranceViolated
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import ServiceSpec, build_app
from shared.web.assurance import use_assurance

SPEC = ServiceSpec(
    name="identity",
    title="Startklar identity",
    version="1.0.0",
    released=date(2026, 11, 21),
    description=Text(
        sv="Organisationer, konton, roller och klienter; inloggning hos varje organisations egen inloggningstjänst.",
        en="Tenants, accounts, roles and clients; login at each tenant's own identity provider.",
    ),
    settings=Settings,
    routers=ROUTERS,
    root_routers=PROTOCOL_ROUTERS,
    internal_routers=INTERNAL_ROUTERS,
    startup=[
        use_cutoffs,
        use_assurance(lambda seen, more: IdentityAssuranceViolated(violation_id=seen, **more)),
        use_identity,
        refuse_demo_data,
    ],
    person_data=PERSON_DATA,
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The app; without settings it reads them from the environment when it starts."""
    return build_app(SPEC, settings)
