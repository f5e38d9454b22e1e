"""Whose login it is: attacks with somebody else's login name, and pre-hijacking an account before its holder comes."""

import pytest
from sqlalchemy import text

from services.identity.account.login_name import scope_of
from services.identity.account.models import Account
from services.identity.proof.faults import LoginFault
from shared.kit.ids import new_id
from tests.identity.account.test_endpoints import prepare
from tests.identity.people import proven, provider, resolve, rows, take_in, verify_scope
from tests.identity.roster.feed import duty, person
from tests.support.services import ServiceUnderTest

KELVIN = "\u212a"  # lower() makes it a k


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("kim@Norrvik.Example", "norrvik.example"),
        (" kim@norrvik.example ", "norrvik.example"),
        ("kim", None),
        ("@norrvik.example", None),
        ("kim@", None),
        ("kim@evil.example@norrvik.example", None),
        (f"kim@norrvi{KELVIN}.example", None),
    ],
)
def test_a_scope_is_read_strictly(name: str, scope: str | None) -> None:
    assert scope_of(name) == scope


async def test_a_provider_speaks_for_the_verified_domains_of_its_tenant_alone(identity: ServiceUnderTest) -> None:
    """The cross-tenant hole: a member of the federation asserts another municipality's person, who even has an
    account here."""
    await prepare(identity, "kim@norrvik.example")
    await prepare(identity, "kim@soderby.example")
    home = provider(identity)
    assert await resolve(identity, home, proven("kim@norrvik.example")) is LoginFault.foreign_scope
    await verify_scope(identity)
    found = await resolve(identity, home, proven("Kim@Norrvik.example"))
    assert isinstance(found, Account)
    for foreign in (
        "kim@soderby.example",
        "kim@x.norrvik.example",
        "kim@norrvik.example.evil.example",
        "kim@soderby.example@norrvik.example",
        f"kim@norrvi{KELVIN}.example",
    ):
        assert await resolve(identity, home, proven(foreign)) is LoginFault.foreign_scope, foreign


async def test_a_domain_that_was_only_asked_for_lets_nobody_in(identity: ServiceUnderTest) -> None:
    await prepare(identity)
    asked = await identity.client.post(
        "/identity/v1/login-scopes", json={"domain": "norrvik.example"}, headers=identity.as_("tenant_admin@*")
    )
    assert asked.json()["state"] == "pending"
    assert await resolve(identity, provider(identity), proven("kim@norrvik.example")) is LoginFault.foreign_scope


async def test_names_without_a_domain_count_only_where_the_provider_has_none(identity: ServiceUnderTest) -> None:
    await verify_scope(identity)
    await take_in(identity, person("Kim Test", "1000013b36"))
    unscoped = provider(identity, is_scoped=False)
    assert isinstance(await resolve(identity, unscoped, proven("1000013b36")), Account)
    assert await resolve(identity, provider(identity), proven("1000013b36")) is LoginFault.no_account
    await prepare(identity, "admin@norrvik.example")
    assert await resolve(identity, unscoped, proven("admin@norrvik.example")) is LoginFault.foreign_scope


async def test_a_roster_row_with_anothers_login_name_neither_blocks_nor_captures_that_person(
    identity: ServiceUnderTest,
) -> None:
    """Pre-hijack: municipality A delivers B's eduPersonPrincipalName before B's person has come."""
    other = new_id()
    await verify_scope(identity, "norrvik.example")
    await verify_scope(identity, "soderby.example", other)
    stolen = person("Falsk Person", "kim@soderby.example")
    await take_in(identity, stolen)
    theirs = person("Kim Söderby", "kim@soderby.example")
    await take_in(identity, theirs, tenant=other)
    assert await resolve(identity, provider(identity), proven("kim@soderby.example")) is LoginFault.foreign_scope
    found = await resolve(identity, provider(identity), proven("kim@soderby.example"), tenant=other)
    assert isinstance(found, Account)
    assert (found.tenant_id, found.person_id) == (other, theirs.id)


@pytest.mark.parametrize("login_name", ["kim@norrvik.example", "1000013b36"])
async def test_an_account_opened_by_hand_captures_nobody_outside_the_verified_domains(
    identity: ServiceUnderTest, login_name: str
) -> None:
    """Linked by itself inside the domain; a case for an administrator outside, decided once."""
    by_hand = (await prepare(identity, "kim@norrvik.example"))["id"]
    async with identity.database.transaction(identity.tenant) as session:
        if login_name != "kim@norrvik.example":
            await session.execute(text("UPDATE account SET login_name = '1000013b36'"))
            await session.execute(text("UPDATE account_login SET digest = sha256('1000013b36')"))
    someone = person("Kim Test", login_name)
    await take_in(identity, someone, duty(someone))
    await take_in(identity, someone)
    held = await rows(identity, "SELECT id::text, person_id, source FROM account ORDER BY id")
    assert held[0] == (by_hand, None, "manual")
    assert held[1][1:] == (someone.id, "roster")
    cases = await rows(identity, "SELECT id::text, kind, account_id::text, person_id, state FROM link_case")
    assert [case[1:] for case in cases] == [("roster", by_hand, someone.id, "open")]
    admin = identity.as_("tenant_admin@*")
    path = f"/identity/v1/link-cases/{cases[0][0]}/confirmations"
    assert (await identity.client.post(path, headers=identity.as_("auditor@*"))).status_code == 403
    assert (await identity.client.post(path, headers=admin)).json()["state"] == "confirmed"
    assert (await identity.client.post(path, headers=admin)).status_code == 409
    assert await rows(identity, "SELECT account_id::text FROM account_login") == [(str(held_id(held)),)]
    assert await rows(identity, f"SELECT state FROM account WHERE id = '{by_hand}'") == [("closed",)]


def held_id(held: list[tuple[object, ...]]) -> object:
    """The account of the person, which gets the login name."""
    return held[1][0]


async def test_inside_a_verified_domain_the_account_becomes_the_persons_without_a_case(
    identity: ServiceUnderTest,
) -> None:
    await verify_scope(identity)
    by_hand = (await prepare(identity))["id"]
    someone = person("Kim Test", "kim@norrvik.example")
    await take_in(identity, someone)
    assert await rows(identity, "SELECT id::text, person_id FROM account") == [(by_hand, someone.id)]
    assert await rows(identity, "SELECT id FROM link_case") == []


async def test_a_login_opens_no_account_and_gives_no_role(identity: ServiceUnderTest) -> None:
    await verify_scope(identity)
    assert await resolve(identity, provider(identity), proven("new@norrvik.example")) is LoginFault.no_account
    assert await rows(identity, "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM membership)") == [(0, 0)]


async def test_a_step_up_is_the_same_accounts(identity: ServiceUnderTest) -> None:
    await verify_scope(identity)
    await prepare(identity, "kim@norrvik.example")
    other = await prepare(identity, "alex@norrvik.example")
    login = proven("kim@norrvik.example")
    assert await resolve(identity, provider(identity), login, new_id()) is LoginFault.other_person
    assert await resolve(identity, provider(identity), login, other["id"]) is LoginFault.other_person
