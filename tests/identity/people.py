"""People who come from a provider or from the roster, for tests of who is let in as whom."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.identity.account.models import Account
from services.identity.admission.service import Admission
from services.identity.assurance.evidence import Evidence
from services.identity.loginscope.service import LoginScopeService
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.provider.models import IdentityProvider
from services.identity.roster.service import RosterService, Tally
from shared.contracts.sync import Change
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest

ISSUER = "https://login.norrvik.example"


def proven(login_name: str, subject: str = "a subject", **attributes: tuple[str, ...]) -> ProvenLogin:
    """What a provider proved."""
    return ProvenLogin(login_name, subject, clock.now(), Evidence(), attributes=attributes)


def provider(service: ServiceUnderTest, *, is_scoped: bool = True, issuer: str = ISSUER) -> IdentityProvider:
    """A provider of the test's tenant, not stored."""
    return IdentityProvider(
        tenant_id=service.tenant,
        id=new_id(),
        name="Norrvik",
        issuer=issuer,
        login_claim="eduPersonPrincipalName" if is_scoped else "uniid",
        is_scoped=is_scoped,
        acr_map={},
    )


async def verify_scope(service: ServiceUnderTest, domain: str = "norrvik.example", tenant: UUID | None = None) -> UUID:
    """The domain is the tenant's, by the operator's word; the id of the scope."""
    async with service.database.transaction(tenant or service.tenant) as session:
        return (await LoginScopeService(session).verify(domain, "operator", "a test")).id


async def resolve(
    service: ServiceUnderTest,
    by: IdentityProvider,
    login: ProvenLogin,
    expected: UUID | None = None,
    tenant: UUID | None = None,
) -> Account | LoginFault:
    """Whom the login lets in, or the rule that it broke; as in a login, a refusal leaves nothing behind but a case."""
    try:
        async with service.database.transaction(tenant or service.tenant) as session:
            return await Admission(session).resolve(by, login, expected)
    except LoginFailed as failure:
        async with service.database.transaction(tenant or service.tenant) as session:
            await Admission(session).note_refusal(by, login, failure.fault)
        return failure.fault


async def take_in(service: ServiceUnderTest, *lines: Change, tenant: UUID | None = None) -> None:
    """These lines come from the roster."""
    async with service.database.transaction(tenant or service.tenant) as session:
        roster, tally = RosterService(session), Tally()
        await roster.take_in(lines, 1, tally)
        await roster.align(tally)


async def rows(service: ServiceUnderTest, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    async with service.database.transaction(service.tenant) as session:
        return [tuple(row) for row in await session.execute(text(statement), values)]


async def log_in(service: ServiceUnderTest, account_id: UUID | str) -> None:
    """The account has a live session."""
    session_row = (
        "INSERT INTO sso_session (tenant_id, id, secret_hash, account_id, provider_id, method, acr, amr, factors,"
        " auth_time, created_at, expires_at) VALUES (:tenant, :id, sha256(uuid_send(:id)), :account, :id, 'sso',"
        " 'urn:startklar:loa:basic', '[]', 1, now(), now(), now() + interval '1 hour')"
    )
    values = {"tenant": service.tenant, "id": new_id(), "account": UUID(str(account_id))}
    async with service.database.transaction(service.tenant) as session:
        await session.execute(text(session_row), values)


async def cut_off(service: ServiceUnderTest) -> set[str]:
    """The accounts whose tokens are refused from now on and who have no session left."""
    statement = (
        "SELECT account_id::text FROM access_cutoff c WHERE NOT EXISTS ("
        "SELECT FROM sso_session s WHERE s.account_id = c.account_id AND s.ended_at IS NULL)"
    )
    return {row[0] for row in await rows(service, statement)}
