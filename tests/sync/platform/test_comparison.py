"""The platform's own export is compared with the roster, unit by unit, and every difference has a name and a cause."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cli.demo_roster import platform
from cli.demo_roster.model import Municipality
from services.sync.person_data import PERSON_DATA
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.platform.export import TODAY, Rows, compare, declare_platform, differences, exported
from tests.sync.town import member, oneroster_zip, repacked, town
from tests.sync.work import LOADER, load, read, upload

DAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


async def _loaded(committed_service: Start) -> tuple[ServiceUnderTest, Municipality]:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    await declare_platform(sync)
    return sync, small


def _kinds(comparison: dict[str, Any]) -> dict[str, int]:
    return {kind: count for kind, count in comparison["counts"].items() if count}


async def test_a_platform_that_has_taken_everything_in_differs_in_nothing(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)
    done = await compare(sync, exported(small))
    assert (done["state"], done["rosterVersion"], done["incomplete"]) == ("done", 1, [])
    assert _kinds(done) == {}
    heads: Counter[str] = Counter()
    for unit in done["units"]:
        assert unit["roster"] == unit["platform"]
        heads.update(unit["platform"])
    assert heads["pupil"] == len({(row.person, row.unit) for row in small.enrolments})
    accounts = (await read(sync, "/sync/v1/platform-accounts?limit=200"))["items"]
    guardians = {tie.guardian for tie in small.responsibles}
    placed = {*(e.person for e in small.enrolments), *(d.person for d in small.duties)}
    assert len(accounts) == len(placed | guardians)
    assert all(account["isActive"] for account in accounts)
    assert sum(account["lastLoginOn"] is not None for account in accounts) == len(placed)


def _drop_first(rows: Rows) -> None:
    gone = rows[0]["Konto-ID"]
    rows[:] = [row for row in rows if row["Konto-ID"] != gone]


def _stranger(rows: Rows) -> None:
    rows.append(rows[0] | {"Konto-ID": "main-konto-7", "Användarnamn": "", "Förnamn": "Någon", "Efternamn": "Annan"})


def _elsewhere(rows: Rows) -> None:
    there = next(row["Skola"] for row in rows if row["Skola"] != rows[0]["Skola"])
    for row in rows:
        if row["Konto-ID"] == rows[0]["Konto-ID"]:
            row["Skola"] = there


def _renamed(rows: Rows) -> None:
    for row in rows:
        if row["Konto-ID"] == rows[0]["Konto-ID"]:
            row["Efternamn"] = "Gammalt"


def _other_login(rows: Rows) -> None:
    for row in rows:
        if row["Konto-ID"] == rows[0]["Konto-ID"]:
            row["Användarnamn"] = "annan@alvsunda.example"


def _shut(rows: Rows) -> None:
    for row in rows:
        if row["Konto-ID"] == rows[0]["Konto-ID"]:
            row["Status"] = "Avstängd"


def _unused(rows: Rows) -> None:
    for row in rows:
        if row["Konto-ID"] == rows[0]["Konto-ID"]:
            row["Senast inloggad"] = ""


def _twice(rows: Rows) -> None:
    rows.append(rows[0] | {"Konto-ID": "main-konto-8"})


def _as_staff(rows: Rows) -> None:
    for row in rows:
        if row["Konto-ID"] == rows[0]["Konto-ID"]:
            row["Roll"] = "Lärare"


def _new_school(rows: Rows) -> None:
    rows[0]["Skola"] = "Okända skolan"


PLANTED = [
    (_drop_first, {"missing_account"}, "not_imported_yet"),
    (_stranger, {"extra_account"}, "no_shared_key"),
    (_elsewhere, {"wrong_unit", "missing_place"}, "set_by_hand"),
    (_renamed, {"stale_name"}, "changed_in_register"),
    (_other_login, {"wrong_login"}, "changed_in_register"),
    (_shut, {"inactive_account"}, "set_by_hand"),
    (_unused, {"never_logged_in"}, "not_used"),
    (_twice, {"duplicate_account"}, "two_keys"),
    (_as_staff, {"wrong_role"}, "set_by_hand"),
    (_new_school, {"unknown_unit", "missing_place"}, "no_shared_key"),
]


async def test_every_planted_difference_is_named_with_its_cause_and_mender(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)
    for plant, kinds, _cause in PLANTED:
        done = await compare(sync, exported(small, plant))
        assert set(_kinds(done)) == kinds, plant.__name__
        found = await differences(sync)
        assert {one["kind"] for one in found} == kinds
        for one in found:
            assert one["message"]
            assert one["mend"]
            assert one["mender"]
            assert one["cause"]
            assert one["label"] or one["personId"] is None


async def test_who_left_and_still_has_an_account_is_told(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)
    whole = exported(small)
    gone = next(person.id for person in small.of_part("pupil") if person.marking == "Ingen")
    small.persons = [person for person in small.persons if person.id != gone]
    small.enrolments = [row for row in small.enrolments if row.person != gone]
    small.memberships = [row for row in small.memberships if row.person != gone]
    small.responsibles = [row for row in small.responsibles if row.child != gone]
    await load(sync, oneroster_zip(small))
    done = await compare(sync, whole)
    assert set(_kinds(done)) == {"ended_still_active"}


async def test_a_protected_name_that_the_platform_shows_is_critical_and_is_stored_nowhere(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    small = town()
    hidden = small.of_part("pupil")[0]
    hidden.marking = "Sekretessmarkering"
    await load(sync, oneroster_zip(small))
    await declare_platform(sync)

    def show(rows: Rows) -> None:
        for row in rows:
            if row["Konto-ID"] == hidden.id:
                row.update({"Förnamn": "Hemlighild", "Efternamn": "Dolgren"})

    done = await compare(sync, exported(small, show))
    assert set(_kinds(done)) == {"protected_name_shown"}
    (one,) = await differences(sync, severity="critical")
    assert one["label"].startswith("Skyddad ")
    assert one["rowRef"] is None
    assert one["line"] > 1
    async with sync.database.transaction(sync.tenant) as session:
        for table in ("platform_difference", "platform_account", "platform_comparison"):
            kept = await session.scalar(text(f"SELECT coalesce(string_agg(t::text, '|'), '') FROM {table} t"))
            assert "Hemlighild" not in kept
            assert "Dolgren" not in kept
            assert hidden.id not in kept or table == "platform_comparison"


async def test_an_export_that_is_cut_off_says_of_nobody_that_an_account_is_missing(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)
    whole = platform.write(platform.rows(small, TODAY), small)
    rows = member(whole, platform.FILE).split(b"\r\n")
    cut = b"\r\n".join([*rows[:20], rows[20][:12]])
    done = await compare(sync, repacked(whole, konton_csv=cut))
    assert done["incomplete"]
    assert not {"missing_account", "missing_place", "missing_unit"} & set(_kinds(done))


async def test_a_register_is_not_compared_and_a_platform_is_not_applied(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)
    register = await upload(sync, oneroster_zip(small))
    answer = await sync.client.post(
        "/sync/v1/platform-comparisons", json={"uploadId": register}, headers=sync.as_(LOADER)
    )
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("not-a-platform")
    export = await upload(sync, exported(small), kind="joined_files", source="plattform", mapping=platform.MAPPING)
    answer = await sync.client.post("/sync/v1/runs", json={"uploadId": export}, headers=sync.as_(LOADER))
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("platform-is-compared")


async def test_a_units_head_sees_the_own_units_differences_and_nobody_elses(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)
    await compare(sync, exported(small, _drop_first))
    (one,) = await differences(sync)
    assert await differences(sync, f"unit_head@{one['unitId']}") == [one]
    assert await differences(sync, f"unit_head@{new_id()}") == []
    answer = await sync.client.get("/sync/v1/platform-differences", headers=sync.as_("trainer@*"))
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["platform-differences", "platform-accounts", "platform-comparisons"])
async def test_another_tenant_sees_nothing(committed_service: Start, path: str) -> None:
    sync, small = await _loaded(committed_service)
    await compare(sync, exported(small, _drop_first))
    answer = await sync.client.get(f"/sync/v1/{path}", headers=sync.as_(LOADER, tenant=new_id()))
    assert answer.status_code == 200
    assert answer.json()["items"] == []


async def test_a_key_that_may_be_a_national_number_is_not_shown(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)

    def strangers(rows: Rows) -> None:
        for key in ("191802063404", "180802-3405", "plattform-11"):
            rows.append(rows[0] | {"Konto-ID": key, "Användarnamn": ""})

    await compare(sync, exported(small, strangers))
    shown = [one["rowRef"] for one in await differences(sync, kind="extra_account")]
    assert sorted(shown, key=str) == [None, None, "plattform-11"]


async def test_who_differed_last_month_is_forgotten_and_the_numbers_stay(committed_service: Start) -> None:
    with frozen(DAY):
        sync, small = await _loaded(committed_service)
        first = await compare(sync, exported(small, _drop_first))
    with frozen(DAY + timedelta(days=31)):
        await compare(sync, exported(small, _renamed))
    assert await differences(sync, comparisonId=first["id"]) == []
    kept = await read(sync, f"/sync/v1/platform-comparisons/{first['id']}")
    assert kept["counts"]["missing_account"] == 1


async def test_a_person_is_shown_what_is_held_of_the_account(committed_service: Start) -> None:
    sync, small = await _loaded(committed_service)
    await compare(sync, exported(small))
    accounts = (await read(sync, "/sync/v1/platform-accounts?limit=200"))["items"]
    account = next(one for one in accounts if one["lastLoginOn"])
    async with sync.database.transaction(sync.tenant) as session:
        shown = await PERSON_DATA.export(session, UUID(account["personId"]))
    assert [row["last_login_on"] for row in shown["platform_account"]] == [account["lastLoginOn"]]


async def test_when_somebody_last_logged_in_is_read_after_a_strong_login_alone(service: Start) -> None:
    sync = await service("sync")
    path = "/sync/v1/platform-accounts"
    weak = await sync.client.get(path, headers=sync.as_(LOADER, acr="urn:startklar:loa:basic"))
    assert (weak.status_code, (await sync.client.get(path, headers=sync.as_(LOADER))).status_code) == (401, 200)
