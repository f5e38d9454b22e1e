"""Tombstones: who comes back in time keeps id and history, whose time is over is erased, and the ledger says so."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.sync.person.erasing import TIES, forget_person, forget_persons
from services.sync.plan.entities import ENTITIES
from services.sync.tombstone.service import TombstoneService
from services.sync.tombstone.tasks import PURGE
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue import start_job
from tests.support.services import Start
from tests.sync.history.past import WHOLE
from tests.sync.plan.test_planning import pupil, without
from tests.sync.plan.test_protection import everything
from tests.sync.roster.test_kinds import pack
from tests.sync.town import Roster, oneroster_zip, town
from tests.sync.work import LOADER, read, work


async def gone(roster: Roster, days: int, part: str = "pupil", place: int = 0) -> tuple[UUID, Any]:
    """A person of a part who left the register `days` ago."""
    small = town()
    person = small.of_part(part)[place]
    await roster.load(oneroster_zip(small))
    await roster.load(oneroster_zip(without(small, person)))
    row_id = await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id)
    since = clock.now() - timedelta(days=days)
    await roster.rows("UPDATE person SET ended_at = :at WHERE id = :id RETURNING 1", at=since, id=row_id)
    return row_id, person


async def purged(roster: Roster) -> int:
    async with roster.database.transaction(roster.tenant) as session:
        return await TombstoneService(session).purge()


@pytest.mark.parametrize(("part", "kept", "over"), [("pupil", 364, 366), ("staff", 89, 91), ("guardian", 29, 31)])
async def test_each_part_has_its_time(roster: Roster, part: str, kept: int, over: int) -> None:
    row_id, _ = await gone(roster, kept, part)
    assert await purged(roster) == 0
    since = clock.now() - timedelta(days=over)
    await roster.rows("UPDATE person SET ended_at = :at WHERE id = :id RETURNING 1", at=since, id=row_id)
    assert await purged(roster) == 1
    assert await roster.value("SELECT family_name FROM person WHERE id = :id", id=row_id) is None
    row = (await roster.rows("SELECT reason, part, person_id, ended_at FROM erasure"))[0]
    assert (row.reason, row.part, row.person_id, row.ended_at) == ("grace_over", part, row_id, since)
    assert await purged(roster) == 0


async def test_who_comes_back_in_time_keeps_the_id_and_is_not_erased(roster: Roster) -> None:
    row_id, _ = await gone(roster, 400)
    await roster.load(oneroster_zip(town()))
    assert await purged(roster) == 0
    assert await roster.value("SELECT ended_at FROM person WHERE id = :id", id=row_id) is None


async def test_who_comes_back_after_the_erasure_is_somebody_new(roster: Roster) -> None:
    row_id, person = await gone(roster, 400)
    await purged(roster)
    await roster.load(oneroster_zip(town()))
    assert await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id) != row_id
    assert await roster.value("SELECT ended_at IS NOT NULL FROM person WHERE id = :id", id=row_id)


async def test_who_still_has_a_tie_of_another_register_is_not_erased(roster: Roster) -> None:
    row_id, _ = await gone(roster, 400)
    await roster.rows("UPDATE enrolment SET ended_at = NULL WHERE person_id = :id RETURNING 1", id=row_id)
    assert await purged(roster) == 0


async def test_of_many_parts_the_longest_counts(roster: Roster) -> None:
    row_id, _ = await gone(roster, 100, "staff")
    await roster.rows(
        "INSERT INTO enrolment (tenant_id, id, version, created_at, updated_at, source, changed_version, ended_at,"
        " person_id, unit_id, school_form) SELECT :t, gen_random_uuid(), 1, now(), now(), 'x', 1, now(), :id, id, ''"
        " FROM unit LIMIT 1 RETURNING 1",
        t=roster.tenant,
        id=row_id,
    )
    assert await purged(roster) == 0


async def test_nothing_of_an_erased_person_is_left_in_any_table(roster: Roster) -> None:
    place = next(n for n, one in enumerate(town().of_part("pupil")) if one.marking == "Ingen")
    row_id, person = await gone(roster, 400, place=place)
    assert person.login in await everything(roster)
    digest = await roster.value("SELECT encode(civic_hash, 'hex') FROM person WHERE id = :id", id=row_id)
    await purged(roster)
    left = await everything(roster)
    assert person.login not in left
    assert digest not in left


async def test_every_kind_that_speaks_of_a_person_is_shown_and_ended(roster: Roster) -> None:
    assert set(TIES) == {"person"} | {
        entity.kind for entity in ENTITIES if set(entity.columns) & {"person_id", "child_id", "guardian_id"}
    }
    await roster.load(pack(), WHOLE)
    for source_id, table, column in [("b1", "placement", "child_id"), ("l1", "activity_teacher", "person_id")]:
        row_id = await roster.value("SELECT id FROM person WHERE source_id = :id", id=source_id)
        async with roster.database.transaction(roster.tenant) as session:
            await forget_person(session, row_id)
        ended = await roster.rows(f"SELECT ended_reason FROM {table} WHERE {column} = :id", id=row_id)
        assert [row.ended_reason for row in ended] == ["erased"]
    assert "A-1" not in await everything(roster)


async def test_erasing_twice_is_logged_once(roster: Roster) -> None:
    row_id, _ = await gone(roster, 1)
    async with roster.database.transaction(roster.tenant) as session:
        assert await forget_persons(session, [row_id, new_id()], "request") > 0
        assert await forget_persons(session, [row_id], "request") == 0
    assert await roster.value("SELECT count(*) FROM erasure") == 1


async def test_the_application_can_neither_change_nor_remove_an_erasure(roster: Roster) -> None:
    await roster.rows("SELECT 1")
    for statement in ("UPDATE erasure SET part = 'none' RETURNING 1", "DELETE FROM erasure RETURNING 1"):
        with pytest.raises(Exception, match="permission denied"):
            await roster.rows(statement)


async def test_the_nightly_job_erases_in_every_tenant_and_the_auditor_reads_the_ledger(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    small = town()
    roster = Roster(sync.database, sync.tenant)
    await roster.load(oneroster_zip(small))
    await roster.load(oneroster_zip(without(small, pupil(small))))
    await roster.rows(
        "UPDATE person SET ended_at = now() - interval '400 days' WHERE source_id = :id RETURNING 1", id=pupil(small).id
    )
    async with sync.database.transaction(sync.tenant) as session:
        await start_job(session, PURGE, {})
    await work(sync)
    listed = await read(sync, "/sync/v1/erasures", "auditor@*")
    assert [(item["reason"], item["part"]) for item in listed["items"]] == [("grace_over", "pupil")]
    refused = await sync.client.get("/sync/v1/erasures", headers=sync.as_("unit_head@*"))
    assert refused.status_code == 403


async def test_a_tenant_sets_its_own_days(committed_service: Start) -> None:
    sync = await committed_service("sync")
    shown = await sync.client.get("/sync/v1/grace-policy", headers=sync.as_(LOADER))
    assert (shown.json()["pupilDays"], shown.json()["staffDays"], shown.json()["guardianDays"]) == (365, 90, 30)
    headers = sync.as_(LOADER) | {"If-Match": shown.headers["etag"]}
    changed = await sync.client.patch("/sync/v1/grace-policy", json={"guardianDays": 7}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert (await read(sync, "/sync/v1/grace-policy", "auditor@*"))["guardianDays"] == 7
    stale = await sync.client.patch("/sync/v1/grace-policy", json={"guardianDays": 8}, headers=headers)
    assert stale.status_code == 412
    wrong = await sync.client.patch(
        "/sync/v1/grace-policy",
        json={"guardianDays": 0},
        headers=sync.as_(LOADER) | {"If-Match": changed.headers["etag"]},
    )
    assert wrong.status_code == 422
