"""Populations: staff comes in, pupils and guardians by their wave, and out again within a minute."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.decision.service import DecisionService
from services.identity.population.service import PopulationService
from services.identity.proof.faults import LoginFault
from shared.auth import Population
from shared.contracts.sync import EnrolmentChange, PersonChange, ResponsibleChange, SchoolForm, UnitChange, UnitKind
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.people import cut_off, log_in, proven, provider, resolve, rows, take_in, verify_scope
from tests.identity.roster.feed import duty, person
from tests.support.services import ServiceUnderTest

ADMIN = "tenant_admin@*"
NAMES = {who: f"{who}@norrvik.example" for who in ("teacher", "pupil", "guardian", "both", "other")}
LINE: dict[str, Any] = {"version": 0, "op": "put", "protected": False}


def place(child: PersonChange, unit: UUID, **more: Any) -> EnrolmentChange:
    form = SchoolForm.compulsory
    return EnrolmentChange(**LINE, id=new_id(), person_id=child.id, unit_id=unit, school_form=form, **more)


def guardian_of(adult: PersonChange, child: PersonChange) -> ResponsibleChange:
    return ResponsibleChange(**LINE, id=new_id(), child_id=child.id, guardian_id=adult.id)


@pytest.fixture
async def school(identity: ServiceUnderTest) -> tuple[ServiceUnderTest, UUID]:
    """A school with a teacher, a pupil, a guardian, a guardian who teaches, and a pupil of another school."""
    unit, people = new_id(), {who: person(who, name) for who, name in NAMES.items()}
    await verify_scope(identity)
    await take_in(
        identity,
        UnitChange(version=0, op="put", id=unit, name="Skola", unit_kind=UnitKind.school),
        *people.values(),
        duty(people["teacher"], unit=unit),
        duty(people["both"], unit=unit),
        place(people["pupil"], unit),
        place(people["other"], new_id()),
        guardian_of(people["guardian"], people["pupil"]),
        guardian_of(people["both"], people["pupil"]),
    )
    return identity, unit


async def let_in(service: ServiceUnderTest) -> set[str]:
    """Who may log in."""
    found = {who: await resolve(service, provider(service), proven(name)) for who, name in NAMES.items()}
    assert {one for one in found.values() if isinstance(one, LoginFault)} <= {LoginFault.population_closed}
    return {who for who, one in found.items() if isinstance(one, Account)}


async def opened(service: ServiceUnderTest, status: int = 201, **body: Any) -> dict[str, Any]:
    sent = {name: str(value) for name, value in body.items()}
    response = await service.client.post("/identity/v1/population-openings", json=sent, headers=service.as_(ADMIN))
    assert response.status_code == status, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def decided(service: ServiceUnderTest, key: str = "connect_guardians") -> UUID:
    """A decision that the customer has taken."""
    decision = new_id()
    async with service.database.transaction(service.tenant) as session:
        await DecisionService(session).keep(decision, new_id(), key, clock.now())
    return decision


async def close(service: ServiceUnderTest, opening: dict[str, Any]) -> int:
    path = f"/identity/v1/population-openings/{opening['id']}/closings"
    response = await service.client.post(path, json={"reason": "put off"}, headers=service.as_(ADMIN))
    return response.status_code


async def test_staff_is_let_in_and_nobody_else_before_a_wave(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, _ = school
    assert await let_in(identity) == {"teacher", "both"}


async def test_a_wave_lets_in_the_pupils_of_its_unit(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, unit = school
    await opened(identity, population="pupil", unitId=unit)
    assert await let_in(identity) == {"teacher", "both", "pupil"}
    await opened(identity, 409, population="pupil", unitId=unit)
    await opened(identity, population="pupil")
    assert await let_in(identity) == {"teacher", "both", "pupil", "other"}


async def standings(service: ServiceUnderTest, home: UUID | None = None) -> dict[str, tuple[str, ...]]:
    """Who is what in the tenant."""
    found = {}
    async with service.database.transaction(service.tenant) as session:
        for who, name in NAMES.items():
            account = await AccountService(session).find_by_login(name)
            assert account is not None
            standing = await PopulationService(session).standing(account.id, home or service.tenant)
            found[who] = tuple(map(str, standing.roles)) if standing else ()
    return {who: roles for who, roles in found.items() if who not in ("teacher", "both")}


async def test_whom_a_wave_lets_in_takes_part_at_the_childs_school_as_long_as_it_is_open(
    school: tuple[ServiceUnderTest, UUID],
) -> None:
    identity, unit = school
    nothing: dict[str, tuple[str, ...]] = {"pupil": (), "guardian": (), "other": ()}
    part = (f"participant@{unit}",)
    assert await standings(identity) == nothing
    opening = await opened(identity, population="pupil", unitId=unit)
    assert await standings(identity) == nothing | {"pupil": part}
    assert await standings(identity, home=new_id()) == nothing, "a wave is for the tenant's own people"
    await opened(identity, population="guardian", decisionId=await decided(identity))
    assert await standings(identity) == nothing | {"pupil": part, "guardian": part}
    assert await close(identity, opening) == 201
    assert await standings(identity) == nothing | {"guardian": part}
    await opened(identity, population="pupil", opensOn=clock.today() + timedelta(days=1))
    assert await standings(identity) == nothing | {"guardian": part}
    async with identity.database.transaction(identity.tenant) as session:
        await session.execute(text("UPDATE person_tie SET ends_on = '2020-06-12' WHERE population = 'pupil'"))
    assert await standings(identity) == nothing, "nor where the child has left"


async def test_a_login_method_lets_in_those_whom_it_is_for(school: tuple[ServiceUnderTest, UUID]) -> None:
    """The pupils' provider vouches for no teacher, nor the employees' for a pupil; the claim of a way in no more."""
    service, unit = school
    await opened(service, population="pupil", unitId=str(unit))
    method = provider(service)

    async def by(*served: str) -> set[str]:
        method.populations = list(served)
        found = {who: await resolve(service, method, proven(name)) for who, name in NAMES.items()}
        return {who for who, one in found.items() if isinstance(one, Account)}

    assert await by() == {"teacher", "both", "pupil"}
    assert await by("pupil") == {"pupil"}
    assert await by("staff") == {"teacher", "both"}
    assert await by("guardian") == set()
    assert await by("staff", "pupil") == {"teacher", "both", "pupil"}


async def test_a_wave_begins_on_its_day(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, _ = school
    await opened(identity, population="pupil", opensOn=clock.today() + timedelta(days=1))
    assert await let_in(identity) == {"teacher", "both"}
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert await let_in(identity) == {"teacher", "both", "pupil", "other"}


async def test_guardians_come_in_by_a_decision_of_the_customer_alone(school: tuple[ServiceUnderTest, UUID]) -> None:
    """HAN-A4.02."""
    identity, unit = school
    missing = await opened(identity, 422, population="guardian", unitId=unit)
    assert missing["type"].endswith("decision-missing")
    unknown = await opened(identity, 422, population="guardian", unitId=unit, decisionId=new_id())
    assert unknown["type"].endswith("decision-not-taken")
    assert await let_in(identity) == {"teacher", "both"}
    other = await decided(identity, "opening_hours")
    astray = await opened(identity, 422, population="guardian", unitId=unit, decisionId=other)
    assert astray["type"].endswith("decision-about-other")
    assert "decisionKey: opening_hours" in astray["detail"]
    wrong = await opened(
        identity, 422, population="guardian", decisionId=await decided(identity), decisionKey="opening_hours"
    )
    assert wrong["type"].endswith("decision-about-other")
    assert await let_in(identity) == {"teacher", "both"}
    of_template = await decided(identity, "han_a4_02")
    opening = await opened(identity, population="guardian", unitId=unit, decisionId=of_template)
    assert opening["decisionKey"] == "han_a4_02"
    assert await let_in(identity) == {"teacher", "both", "guardian"}


async def test_whoever_opens_may_name_the_projects_own_question(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, _ = school
    decision = await decided(identity, "homes_join")
    opening = await opened(identity, population="guardian", decisionId=decision, decisionKey="homes_join")
    assert opening["decisionKey"] == "homes_join"
    told = await rows(identity, "SELECT after->>'decision_key' FROM journal_entry WHERE action = 'population.opened'")
    assert told == [("homes_join",)]


async def test_a_closed_wave_cuts_off_whom_nothing_else_lets_in(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, _ = school
    opening = await opened(identity, population="pupil")
    found = await rows(identity, "SELECT display_name, id::text FROM account")
    accounts = {str(name): str(account) for name, account in found}
    for account in accounts.values():
        await log_in(identity, account)
    assert await close(identity, opening) == 201
    assert await cut_off(identity) == {accounts["pupil"], accounts["other"], accounts["guardian"]}
    assert await let_in(identity) == {"teacher", "both"}
    assert await close(identity, opening) == 409
    told = await rows(identity, "SELECT after->>'ended' FROM journal_entry WHERE action = 'population.closed'")
    assert told == [("3",)]


async def test_who_was_a_pupil_does_not_become_staff_by_leaving(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, _ = school
    async with identity.database.transaction(identity.tenant) as session:
        await session.execute(text("UPDATE person_tie SET is_ended = true"))
        await session.execute(text("UPDATE duty SET ends_on = :day"), {"day": date(2026, 1, 1)})
    assert await let_in(identity) == {"teacher"}


async def test_a_preview_counts_and_changes_nothing(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, unit = school
    body = {"population": "guardian", "unitId": str(unit)}
    for role, status in (("project_leader@*", 200), ("unit_head@*", 403), ("participant@*", 403)):
        response = await identity.client.post("/identity/v1/population-previews", json=body, headers=identity.as_(role))
        assert response.status_code == status
    preview = await identity.client.post("/identity/v1/population-previews", json=body, headers=identity.as_(ADMIN))
    assert preview.json() == {"accounts": 2, "staff": 1, "opened": 0, "loggedIn": 0}
    assert await rows(identity, "SELECT id FROM population_opening") == []


async def test_only_a_strong_administrator_of_the_tenant_switches(school: tuple[ServiceUnderTest, UUID]) -> None:
    identity, _ = school
    opening = await opened(identity, population="pupil")
    body, path = {"population": "pupil"}, "/identity/v1/population-openings"
    weak = identity.as_(ADMIN, acr="urn:startklar:loa:basic")
    assert (await identity.client.post(path, json=body, headers=weak)).status_code == 401
    assert (await identity.client.post(path, json=body, headers=identity.as_("auditor@*"))).status_code == 403
    elsewhere = identity.as_(ADMIN, tenant=new_id())
    assert (await identity.client.get(f"{path}/{opening['id']}", headers=elsewhere)).status_code == 404
    await opened(identity, 422, population="staff")
    assert (await opened(identity, 422, population="pupil", unitId=new_id()))["type"].endswith("unit-unknown")


async def test_the_rules_of_assurance_take_a_child_for_a_child_whatever_role_it_was_given(
    school: tuple[ServiceUnderTest, UUID],
) -> None:
    identity, _ = school
    groups = {}
    async with identity.database.transaction(identity.tenant) as session:
        await session.execute(text("UPDATE person_tie SET ends_on = '2020-06-12'"))  # holidays make nobody an adult
        for who, name in NAMES.items():
            account = await AccountService(session).find_by_login(name)
            assert account is not None
            assert account.person_id is not None
            groups[who] = await PopulationService(session).group_of(account.person_id)
        stranger = await PopulationService(session).group_of(new_id())
    pupil, guardian = Population.pupil, Population.guardian
    assert groups == {"teacher": None, "pupil": pupil, "guardian": guardian, "both": None, "other": pupil}
    assert stranger is None
