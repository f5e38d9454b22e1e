"""A school's own administrator opens accounts for its people who are not in the roster, and reaches nobody else's
[IM-C22]."""

from typing import Any
from uuid import UUID

import pytest

from services.identity.account.models import Account
from shared.auth import Role, Side
from shared.contracts.sync import EnrolmentChange, PersonChange, SchoolForm, UnitChange, UnitKind
from shared.kit.ids import new_id
from tests.identity.account.test_endpoints import prepare
from tests.identity.handover.test_endpoints import given
from tests.identity.people import proven, provider, resolve, rows, take_in, verify_scope
from tests.identity.roster.feed import person
from tests.support.services import ServiceUnderTest

PATH = "/identity/v1/unit-accounts"
KIM = "kim@norrvik.example"


@pytest.fixture
async def units(identity: ServiceUnderTest) -> tuple[ServiceUnderTest, UUID, UUID]:
    """Two schools of a tenant whose domain is proved."""
    ids = new_id(), new_id()
    await verify_scope(identity)
    schools = [UnitChange(version=0, op="put", id=unit, name="Skola", unit_kind=UnitKind.school) for unit in ids]
    await take_in(identity, *schools)
    return identity, *ids


async def opened(
    identity: ServiceUnderTest, unit: UUID, status: int = 201, login_name: str = KIM, **claims: Any
) -> dict[str, Any]:
    role = claims.pop("role", f"register_admin@{unit}")
    body = {"unitId": str(unit), "loginName": login_name, "displayName": "Kim Exempel"}
    response = await identity.client.post(PATH, json=body, headers=identity.as_(role, **claims))
    assert response.status_code == status, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def close(identity: ServiceUnderTest, account: dict[str, Any], role: str, **claims: Any) -> int:
    path = f"{PATH}/{account['id']}/closings"
    body = {"reason": "the post has ended"}
    return (await identity.client.post(path, json=body, headers=identity.as_(role, **claims))).status_code


async def listed(identity: ServiceUnderTest, role: str, **params: Any) -> list[str]:
    response = await identity.client.get(PATH, params=params, headers=identity.as_(role))
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()["items"]]


async def test_a_unit_opens_an_account_that_takes_part_there_and_nothing_more(
    units: tuple[ServiceUnderTest, UUID, UUID],
) -> None:
    identity, unit, _ = units
    account = await opened(identity, unit)
    assert (account["unitId"], account["state"], account["loginName"]) == (str(unit), "open", KIM)
    held = await rows(identity, "SELECT role, unit_id, side, duty_id FROM membership")
    assert held == [("participant", unit, "customer", None)]
    entered = await resolve(identity, provider(identity), proven(KIM))
    assert isinstance(entered, Account)
    assert str(entered.id) == account["id"]
    acts = [act for (act,) in await rows(identity, "SELECT action FROM journal_entry ORDER BY id")]
    assert acts[-2:] == ["account.created", "membership.granted"]
    assert await rows(identity, "SELECT id FROM journal_entry WHERE journal_entry::text LIKE '%Kim%'") == []


async def test_a_unit_names_its_own_unit_and_people_of_the_tenants_domains_alone(
    units: tuple[ServiceUnderTest, UUID, UUID],
) -> None:
    identity, unit, other = units
    own = f"register_admin@{unit}"
    assert (await opened(identity, other, 403, role=own))["type"].endswith("not-your-unit")
    assert (await opened(identity, new_id(), 422, role="register_admin@*"))["type"].endswith("unit-unknown")
    for name in ("kim@elsewhere.example", "kim@norrvik.example.evil.example", "kim@Norrvi\u212a.example"):
        assert (await opened(identity, unit, 422, name))["type"].endswith("foreign-login-name"), name
    for role in ("unit_head", "participant", "trainer"):
        await opened(identity, unit, 403, role=f"{role}@{unit}")
    await opened(identity, unit, 403, role="tenant_admin@*")  # who administers the tenant uses /accounts
    await opened(identity, unit, 401, acr="urn:startklar:loa:basic")
    await opened(identity, unit, 403, role=own, scopes=("accounts:read",))
    assert await rows(identity, "SELECT id FROM account") == []
    await opened(identity, unit)
    assert (await opened(identity, unit, 409, KIM.upper()))["type"].endswith("login-name-taken")


async def test_a_unit_sees_and_closes_its_own_accounts_alone(units: tuple[ServiceUnderTest, UUID, UUID]) -> None:
    identity, unit, other = units
    mine, yours = await opened(identity, unit), await opened(identity, other, login_name="bo@norrvik.example")
    central = await prepare(identity, "central@norrvik.example")
    own = f"register_admin@{unit}"
    assert await listed(identity, own) == [mine["id"]]
    assert await listed(identity, "register_admin@*") == [mine["id"], yours["id"]]
    assert await listed(identity, "register_admin@*", unitId=other) == [yours["id"]]
    foreign = await identity.client.get(PATH, params={"unitId": str(other)}, headers=identity.as_(own))
    assert foreign.status_code == 403
    elsewhere = identity.as_("register_admin@*", tenant=new_id())
    assert (await identity.client.get(PATH, headers=elsewhere)).json()["items"] == []
    for hidden, headers in ((yours, identity.as_(own)), (central, identity.as_(own)), (mine, elsewhere)):
        assert (await identity.client.get(f"{PATH}/{hidden['id']}", headers=headers)).status_code == 404
    assert await close(identity, yours, own) == 404
    assert await close(identity, central, "register_admin@*") == 404
    assert await close(identity, mine, "register_admin@*", tenant=new_id()) == 404
    assert await close(identity, mine, own) == 201
    assert await close(identity, mine, own) == 409
    shown = await identity.client.get(f"{PATH}/{mine['id']}", headers=identity.as_(own))
    assert [(one["action"], one["allowed"]) for one in shown.json()["allowedActions"]] == [("close", False)]
    told = await rows(identity, "SELECT reason FROM journal_entry WHERE action = 'account.closed'")
    assert told == [("the post has ended",)]
    assert await rows(identity, "SELECT account_id::text FROM access_cutoff") == [(mine["id"],)]


async def test_an_account_that_was_given_more_is_not_the_units_to_close(
    units: tuple[ServiceUnderTest, UUID, UUID],
) -> None:
    identity, unit, _ = units
    account = await opened(identity, unit)
    await given(identity, account["id"], Role.auditor, None, Side.customer)
    assert await close(identity, account, f"register_admin@{unit}") == 409


async def test_whom_the_roster_knows_is_the_rosters_and_a_pupil_does_not_become_staff_by_it(
    units: tuple[ServiceUnderTest, UUID, UUID],
) -> None:
    identity, unit, _ = units
    account = await opened(identity, unit)
    known: PersonChange = person("Kim Roster", KIM)
    form = SchoolForm.compulsory
    place = EnrolmentChange(
        version=0, op="put", protected=False, id=new_id(), person_id=known.id, unit_id=unit, school_form=form
    )
    await take_in(identity, known, place)
    assert await rows(identity, "SELECT id::text, source FROM account") == [(account["id"], "roster")]
    own = f"register_admin@{unit}"
    assert await listed(identity, own) == []
    answer = await identity.client.get(f"{PATH}/{account['id']}", headers=identity.as_(own))
    assert answer.status_code == 404
    assert "Roster" not in answer.text
    assert await close(identity, account, own) == 404
    assert await resolve(identity, provider(identity), proven(KIM)) == "population_closed"
