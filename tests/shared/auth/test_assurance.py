"""Which login opens which data to whom: the defaults, the tenants' own rules, and what happens below them [AU-S]."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text

from shared.auth import Acr, DataClass, Population, Principal, Role, RoleGrant, Scope, Side, requires
from shared.auth.assurance import CACHE_FOR, AssuranceRules, Judgement, Rule, default_rule, judge, record_rule
from shared.auth.jws import TokenRefused
from shared.auth.principal import API_AUDIENCE
from shared.auth.testing import TokenMint
from shared.contracts.base import EventEnvelope
from shared.contracts.identity_assurance import AssurancePolicyChanged
from shared.kit import clock
from shared.kit.ids import new_id
from shared.kit.problems import Problem
from tests.support.services import ServiceUnderTest, Start

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
UNIT = new_id()
ORDINARY, CONFIDENTIAL, SENSITIVE = DataClass
QUARTER = timedelta(minutes=15)


def caller(
    *roles: str, acr: Acr | None = Acr.basic, minutes: int | None = 0, population: Population | None = None
) -> Principal:
    return Principal(
        subject=new_id(),
        tenant=new_id(),
        side=Side.customer,
        roles=tuple(RoleGrant.parse(role) for role in roles),
        scopes=frozenset(),
        acr=acr,
        auth_time=None if minutes is None else NOW - timedelta(minutes=minutes),
        client_id="demo-app",
        token_id="one",
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
        audience=API_AUDIENCE,
        population=population,
    )


def judged(who: Principal, data_class: DataClass, rules: Any = None, *accepted: Role) -> Judgement:
    with clock.frozen(NOW):
        return judge(who, data_class, rules or {}, accepted)


def opens(who: Principal, data_class: DataClass) -> bool:
    return judged(who, data_class).principal is not None


def test_by_default_staff_need_two_factors_for_confidential_and_recent_ones_for_sensitive_data() -> None:
    for role in (*Role, "participant"):
        basic, strong = caller(f"{role}@*"), caller(f"{role}@*", acr=Acr.strong, minutes=14)
        assert [opens(basic, one) for one in DataClass] == [True, False, False], role
        assert [opens(strong, one) for one in DataClass] == [True, True, True], role
        assert not opens(caller(f"{role}@*", acr=Acr.eid3, minutes=16), SENSITIVE)


def test_by_default_pupils_see_their_own_confidential_data_with_one_factor_and_sensitive_data_never() -> None:
    for acr in Acr:
        pupil = caller(acr=acr, population=Population.pupil)
        assert [opens(pupil, one) for one in DataClass] == [True, True, False]
    judgement = judged(caller(acr=Acr.eid3, population=Population.pupil), SENSITIVE)
    assert judgement.missing is None  # there is nothing to step up to


def test_a_role_lifts_no_pupil_over_the_rule_for_pupils() -> None:
    pupil = caller("tenant_admin@*", acr=Acr.eid3, population=Population.pupil)
    assert not opens(pupil, SENSITIVE)
    guardian = caller("tenant_admin@*", acr=Acr.basic, population=Population.guardian)
    assert not opens(guardian, CONFIDENTIAL)


def test_a_person_without_a_role_is_judged_as_a_participant() -> None:
    assert opens(caller(), ORDINARY)
    assert judged(caller(), CONFIDENTIAL).missing == default_rule("participant", CONFIDENTIAL)


def test_a_program_reaches_confidential_data_and_never_sensitive_ones() -> None:
    program = caller("register_admin@*", acr=None, minutes=None)
    assert [opens(program, one) for one in DataClass] == [True, True, False]
    assert not opens(caller("register_admin@*", acr=None), ORDINARY)  # a person whose token lost its acr is none


def test_one_accepted_role_that_meets_its_rule_is_enough_and_the_others_do_not_count() -> None:
    rules = {("approver", CONFIDENTIAL): Rule(Acr.eid3)}
    both = caller(f"approver@{UNIT}", "trainer@*", acr=Acr.strong)
    let_in = judged(both, CONFIDENTIAL, rules, Role.approver, Role.trainer).principal
    assert let_in is not None
    assert let_in.roles == (RoleGrant(Role.trainer),)
    assert let_in.units_for(Role.approver) == frozenset()
    assert judged(both, CONFIDENTIAL, rules, Role.approver).missing == Rule(Acr.eid3)


def test_a_role_at_one_unit_does_not_open_what_needs_the_whole_authority() -> None:
    rules = {("approver", CONFIDENTIAL): Rule(Acr.eid3)}
    both = caller("approver@*", f"trainer@{UNIT}", acr=Acr.strong)
    with clock.frozen(NOW):
        judgement = judge(both, CONFIDENTIAL, rules, (Role.approver, Role.trainer), everywhere=True)
    assert judgement == Judgement(None, Rule(Acr.eid3))


def test_the_challenge_names_the_least_demanding_rule_that_would_open_the_way() -> None:
    rules = {
        ("approver", CONFIDENTIAL): Rule(Acr.eid3),
        ("trainer", CONFIDENTIAL): Rule(Acr.strong, QUARTER),
        ("auditor", CONFIDENTIAL): Rule(Acr.strong, is_open=False),
        ("unit_head", CONFIDENTIAL): Rule(Acr.strong),
    }
    who = caller("approver@*", "trainer@*", "auditor@*", "unit_head@*")
    assert judged(who, CONFIDENTIAL, rules).missing == Rule(Acr.strong)
    assert judged(who, CONFIDENTIAL, rules, Role.approver, Role.trainer).missing == Rule(Acr.strong, QUARTER)
    assert judged(who, CONFIDENTIAL, rules, Role.approver, Role.auditor).missing == Rule(Acr.eid3)
    assert judged(who, CONFIDENTIAL, rules, Role.auditor).missing is None


@pytest.mark.parametrize(
    ("former", "new", "is_looser"),
    [
        (Rule(Acr.strong), Rule(Acr.strong), False),
        (Rule(Acr.strong), Rule(Acr.eid2), False),
        (Rule(Acr.strong), Rule(Acr.basic), True),
        (Rule(Acr.strong), Rule(Acr.strong, QUARTER), False),
        (Rule(Acr.strong, QUARTER), Rule(Acr.eid3), True),
        (Rule(Acr.strong, QUARTER), Rule(Acr.strong, QUARTER * 2), True),
        (Rule(Acr.strong, QUARTER), Rule(Acr.basic, QUARTER / 2), True),
        (Rule(Acr.strong), Rule(Acr.basic, is_open=False), False),
        (Rule(Acr.strong, is_open=False), Rule(Acr.eid3), True),
    ],
)
def test_a_rule_loosens_when_it_lets_somebody_in_whom_the_former_kept_out(
    former: Rule, new: Rule, is_looser: bool
) -> None:
    assert new.loosens(former) is is_looser


async def test_a_token_names_the_population_and_no_invented_one() -> None:
    mint = TokenMint()
    principal = await mint.verifier("sync").verify(mint.token(population="pupil"))
    assert principal.population is Population.pupil
    with pytest.raises(TokenRefused):
        await mint.verifier("sync").verify(mint.token(population="teacher"))


# The copy that a service keeps.


def changed(version: int, min_acr: Acr, holder: str = "trainer") -> AssurancePolicyChanged:
    return AssurancePolicyChanged(
        assurance_policy_id=new_id(),
        holder=holder,
        data_class="confidential",
        is_open=True,
        min_acr=min_acr.value,
        max_age_seconds=600,
        decision_id=None,
        version=version,
    )


async def hear(service: ServiceUnderTest, event: AssurancePolicyChanged, tenant: UUID | None = None) -> None:
    tenant = tenant or service.tenant
    envelope = EventEnvelope(
        id=new_id(),
        type=event.type,
        version=1,
        source="identity",
        tenant=tenant,
        subject=event.subject,
        occurred_at=NOW,
        position=1,
        data=event.to_data(),
    )
    async with service.database.transaction(tenant) as session:
        await record_rule(session, envelope, event)


async def test_a_rule_is_followed_within_seconds_by_its_tenant_alone(service: Start) -> None:
    training = await service("training")
    rules = AssuranceRules(training.database)
    with clock.frozen(NOW):
        assert await rules.of(training.tenant) == {}
        await hear(training, changed(1, Acr.eid2))
        assert await rules.of(training.tenant) == {}
    with clock.frozen(NOW + CACHE_FOR):
        expected = {("trainer", CONFIDENTIAL): Rule(Acr.eid2, timedelta(seconds=600))}
        assert await rules.of(training.tenant) == expected
        assert await rules.of(new_id()) == {}
        assert await rules.of(None) == {}
    assert timedelta(seconds=30) >= CACHE_FOR


async def test_rules_that_come_late_or_twice_undo_no_later_one(service: Start) -> None:
    webhooks = await service("webhooks")
    for version, acr in ((2, Acr.eid3), (1, Acr.basic), (2, Acr.basic)):
        await hear(webhooks, changed(version, acr))
    found = await AssuranceRules(webhooks.database).of(webhooks.tenant)
    assert found["trainer", CONFIDENTIAL].min_acr is Acr.eid3


# At a route, with a service's own database.


@dataclass
class House:
    service: ServiceUnderTest
    client: httpx.AsyncClient

    async def get(self, path: str, *roles: str, **claims: Any) -> httpx.Response:
        return await self.client.get(path, headers=self.service.as_(*roles, **claims))

    async def violations(self) -> list[dict[str, Any]]:
        async with self.service.relay.transaction(None) as session:
            rows = await session.execute(text("SELECT data FROM outbox WHERE type = 'projects.assurance.violated.v1'"))
            return [row.data for row in rows]

    async def journal(self) -> list[Any]:
        query = text("SELECT actor_id, after FROM journal_entry WHERE action = 'assurance.violated'")
        async with self.service.database.transaction(self.service.tenant) as session:
            return list(await session.execute(query))


@pytest.fixture
async def house(committed_service: Start) -> AsyncIterator[House]:
    """Two routes on the resources of projects."""
    service = await committed_service("projects")
    app = FastAPI()
    app.state.runtime = service.app.state.runtime

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> JSONResponse:
        return JSONResponse(error.document("en"), error.status, headers=error.headers)

    Secret = Annotated[Principal, requires(Scope.files_read, (Role.trainer,), data_class=SENSITIVE)]  # noqa: N806

    @app.get("/secrets")
    async def secrets_list(caller: Secret) -> str:
        return str(caller.subject)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://house.test") as client:
        yield House(service, client)


async def test_one_factor_before_sensitive_data_is_refused_and_told_beyond_the_refused_request(house: House) -> None:
    account = new_id()
    refused = await house.get("/secrets", "trainer@*", subject=account, acr=Acr.basic)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == (
        'Bearer error="insufficient_user_authentication", acr_values="urn:startklar:loa:strong", max_age="900"'
    )
    (event,) = await house.violations()
    assert event.pop("violationId")
    assert event == {"operation": "secrets_list", "dataClass": "sensitive", "acr": Acr.basic.value}
    assert str(account) not in str(event)
    (entry,) = await house.journal()
    assert (entry.actor_id, entry.after["operation"]) == (account, "secrets_list")


async def test_a_violation_is_told_once_a_minute_for_each_caller(house: House) -> None:
    one, other = new_id(), new_id()
    for subject in (one, one, one, other):
        await house.get("/secrets", "trainer@*", subject=subject, acr=Acr.basic)
    assert len(await house.violations()) == 2


async def test_an_old_login_with_two_factors_is_asked_for_anew_and_is_no_violation(house: House) -> None:
    old = await house.get("/secrets", "trainer@*", auth_age=901)
    assert 'max_age="900"' in old.headers["www-authenticate"]
    assert (await house.get("/secrets", "trainer@*", auth_age=60)).status_code == 200
    assert await house.violations() == []


async def test_a_child_and_a_program_get_no_challenge_since_no_login_would_do(house: House) -> None:
    child = await house.get("/secrets", "trainer@*", population="pupil", acr=Acr.eid3)
    program = await house.get("/secrets", "trainer@*", acr=None, auth_time=None)
    for response in (child, program):
        assert (response.status_code, response.json()["dataClass"]) == (403, "sensitive")
        assert "www-authenticate" not in response.headers
    assert [event["acr"] for event in await house.violations()] == [None]  # the child's two factors are no violation


async def test_what_the_tenant_ruled_holds_at_the_route(house: House) -> None:
    event = changed(1, Acr.eid2).model_copy(update={"data_class": "sensitive"})
    await hear(house.service, event)
    refused = await house.get("/secrets", "trainer@*", acr=Acr.strong)
    assert 'acr_values="urn:startklar:loa:eid2", max_age="600"' in refused.headers["www-authenticate"]
    assert (await house.get("/secrets", "trainer@*", acr=Acr.eid2)).status_code == 200
    elsewhere = await house.get("/secrets", "trainer@*", tenant=new_id(), acr=Acr.strong)
    assert elsewhere.status_code == 200
