"""What identity shows and forgets of one person."""

from sqlalchemy import text

from services.identity.person_data import erase, export
from shared.contracts.sync import ResponsibleChange
from shared.kit.ids import new_id
from tests.identity.account.test_endpoints import prepare
from tests.identity.alternative.test_service import linked
from tests.identity.membership.test_endpoints import grant
from tests.identity.people import rows, take_in
from tests.identity.roster.feed import person
from tests.support.services import ServiceUnderTest


async def test_an_export_holds_the_account_its_roles_and_its_logins(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    async with identity.database.transaction(identity.tenant) as session:
        found = await export(session, account["id"])
    assert found["account"]["login_name"] == "kim@norrvik.example"
    assert [role["role"] for role in found["roles"]] == ["auditor"]
    assert found["logins"] == []


async def test_nothing_is_shown_of_who_is_unknown_or_anothers(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    async with identity.database.transaction(identity.tenant) as session:
        assert await export(session, new_id()) == {}
    async with identity.database.transaction(new_id()) as session:
        assert await export(session, account["id"]) == {}
        assert (await erase(session, account["id"])).erased == 0


async def test_an_erased_person_leaves_no_name_no_login_and_no_role_and_erasing_again_is_nothing(
    identity: ServiceUnderTest,
) -> None:
    account = await prepare(identity)
    await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    async with identity.database.transaction(identity.tenant) as session:
        assert (await erase(session, account["id"])).erased == 1
    async with identity.database.transaction(identity.tenant) as session:
        assert (await erase(session, account["id"])).erased == 0
        left = ""
        for table in ("account", "account_login", "membership", "sso_session", "journal_entry", "outbox"):
            if table == "outbox":
                continue
            rows = await session.execute(text(f"SELECT t::text FROM {table} t"))
            left += "".join(rows.scalars())
        cut = (await session.execute(text("SELECT account_id::text FROM access_cutoff"))).scalars()
        assert list(cut) == [account["id"]]
    assert "kim" not in left.lower()


async def test_other_ways_in_and_what_makes_a_guardian_are_shown_and_erased(identity: ServiceUnderTest) -> None:
    account, _ = await linked(identity)
    child = new_id()
    someone = person("Kim Test", "kim.test@norrvik.example")
    tie = ResponsibleChange(version=0, op="put", protected=False, id=new_id(), child_id=child, guardian_id=someone.id)
    await take_in(identity, someone, tie)
    async with identity.database.transaction(identity.tenant) as session:
        by_account, by_person = await export(session, account), await export(session, someone.id)
        assert [way["confirmed_by"] for way in by_account["alternatives"]] == ["holder"]
        assert by_person["populations"] == [{"population": "guardian", "child_id": str(child), "unit_id": None}]
        await erase(session, account)
        assert (await erase(session, someone.id)).erased == 2
    left = "SELECT (SELECT count(*) FROM account_alternative), (SELECT count(*) FROM person_tie)"
    assert await rows(identity, left) == [(0, 0)]
