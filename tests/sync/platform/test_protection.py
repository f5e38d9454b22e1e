"""An identity that becomes protected is gone from what comparisons and findings tell, at once and for the past."""

from sqlalchemy import text

from cli.demo_roster.model import Municipality
from tests.support.services import ServiceUnderTest, Start
from tests.sync.platform.export import Rows, compare, declare_platform, differences, exported
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, load, read


def _renamed(rows: Rows) -> None:
    for row in rows:
        if row["Konto-ID"] == rows[0]["Konto-ID"]:
            row["Efternamn"] = "Gammalt"


async def _compared(start: Start) -> tuple[ServiceUnderTest, Municipality]:
    sync = await start("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    await declare_platform(sync)
    await compare(sync, exported(small, _renamed))
    return sync, small


async def test_a_marking_takes_the_platforms_key_and_the_name_from_every_row(committed_service: Start) -> None:
    sync, small = await _compared(committed_service)
    (before,) = await differences(sync)
    person = next(person for person in small.persons if person.id == before["rowRef"])
    assert before["label"] == f"{person.given} {person.family}"
    marked = next(one for one in small.persons if one.id == person.id)
    marked.marking = "Sekretessmarkering"
    await load(sync, oneroster_zip(small))
    (after,) = await differences(sync)
    assert after["personId"] == before["personId"]
    assert after["rowRef"] is None
    assert after["label"].startswith("Skyddad ")
    async with sync.database.transaction(sync.tenant) as session:
        for table in ("platform_account", "platform_difference", "finding", "platform_comparison"):
            rows = await session.scalar(text(f"SELECT coalesce(string_agg(t::text, '|'), '') FROM {table} t"))
            for secret in (person.id, person.given + " " + person.family, person.login, person.civic):
                assert secret not in rows
    accounts = await read(sync, f"/sync/v1/platform-accounts?personId={after['personId']}", LOADER)
    assert len(accounts["items"]) == 1
