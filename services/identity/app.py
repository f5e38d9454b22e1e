"""The web app of identity: the admin API, and the protocols that log people in and issue tokens."""

from datetime import date

from fastapi import FastAPI

from services.identity import models  # noqa: F401 - every table is known before the first query
from services.identity.account.endpoints import router as accounts
from services.identity.authorization.endpoints import router as authorization
from services.identity.client.endpoints import router as clients
from services.identity.dependencies import refuse_demo_data, use_identity
from services.identity.discovery.endpoints import router as discovery
from services.identity.founding.endpoints import router as founding
from services.identity.login.endpoints import router as login
from services.identity.login.logout import router as logout
from services.identity.me.endpoints import protocol_router as userinfo
from services.identity.me.endpoints import router as me
from services.identity.membership.endpoints import router as memberships
from services.identity.person_data import PERSON_DATA
from services.identity.provider.endpoints import router as providers
from services.identity.settings import Settings
from services.identity.tenant.endpoints import router as tenants
from services.identity.token.endpoints import router as token
from shared.auth.cutoffs import use_cutoffs
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import ServiceSpec, build_app
from shared.web.journal import journal_router

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
    routers=[
        me,
        tenants,
        founding,
        providers,
        accounts,
        memberships,
        clients,
        journal_router("identity", is_sealed=True),
    ],
    root_routers=[discovery, authorization, token, userinfo, login, logout],
    startup=[use_cutoffs, use_identity, refuse_demo_data],
    person_data=PERSON_DATA,
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The app; without settings it reads them from the environment when it starts."""
    return build_app(SPEC, settings)
