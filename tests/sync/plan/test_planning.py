"""Plans: who is recognised by what, what ends and what never does, and what the guard makes of it."""

from dataclasses import replace

import pytest

from cli.demo_roster import Dirt, Municipality
from cli.demo_roster.dirt import spoil
from cli.demo_roster.model import Person
from services.sync.plan.comparing import plan_hash
from services.sync.reading.findings import Fatal
from services.sync.run.service import APPLY_JOB, PLAN_JOB, WATCH_JOB
from services.sync.settings import Settings
from services.sync.upload.service import PURGE_JOB
from services.sync.worker import worker_spec
from tests.support.services import Start
from tests.sync.town import JOINED, Roster, joined_zip, member, oneroster_zip, repacked, town


def pupil(municipality: Municipality, place: int = 0) -> Person:
    return municipality.of_part("pupil")[place]


def without(municipality: Municipality, person: Person) -> Municipality:
    """The municipality after a person has left."""
    return replace(
        municipality,
        persons=[row for row in municipality.persons if row.id != person.id],
        duties=[row for row in municipality.duties if row.person != person.id],
        enrolments=[row for row in municipality.enrolments if row.person != person.id],
        memberships=[row for row in municipality.memberships if row.person != person.id],
        responsibles=[row for row in municipality.responsibles if person.id not in (row.child, row.guardian)],
    )


def renamed(municipality: Municipality, old: str, new: str) -> None:
    """Give a person another id in the register, everywhere."""
    for person in municipality.persons:
        person.id = new if person.id == old else person.id
    for rows in (municipality.duties, municipality.enrolments, municipality.memberships):
        for row in rows:
            row.person = new if row.person == old else row.person
    for tie in municipality.responsibles:
        tie.child = new if tie.child == old else tie.child


async def test_a_second_delivery_without_changes_plans_nothing(roster: Roster) -> None:
    content = oneroster_zip(town())
    await roster.load(content)
    run = await roster.plan(content)
    assert {(c["created"], c["changed"], c["ended"]) for c in run.counts.values()} == {(0, 0, 0)}
    assert await roster.value("SELECT count(*) FROM planned_person WHERE run_id = :run", run=run.id) == 0


async def test_large_plans_are_looked_through_side_by_side_with_the_same_outcome(
    committed_roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other processes see what the transaction has planned, as the tenant that it is of."""
    for module in ("comparing", "applying"):
        monkeypatch.setattr(f"services.sync.plan.{module}._MANY", 0)
    run = await committed_roster.load(oneroster_zip(town()))
    planned = await committed_roster.value("SELECT count(*) FROM planned_person WHERE run_id = :run", run=run.id)
    assert run.counts["person"]["created"] == planned > 0
    monkeypatch.undo()
    async with committed_roster.database.transaction(committed_roster.tenant) as session:
        assert await plan_hash(session, run.id) == run.plan_hash


async def test_a_changed_name_is_one_change_with_its_value_before(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = pupil(small)
    before, person.family = person.family, "Nyttnamn"
    run = await roster.plan(oneroster_zip(small))
    assert run.counts["person"] | {"unchanged": 0} == {"created": 0, "changed": 1, "ended": 0, "unchanged": 0}
    row = (await roster.rows("SELECT family_name, before FROM planned_person WHERE run_id = :run", run=run.id))[0]
    assert (row.family_name, row.before["family_name"]) == ("Nyttnamn", before)


async def test_who_is_missing_ends_with_a_reason_and_who_comes_back_keeps_the_id_and_the_history(
    roster: Roster,
) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = pupil(small)
    known = await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id)
    gone = await roster.load(oneroster_zip(without(small, person)))
    row = (await roster.rows("SELECT ended_reason, ended_run_id FROM person WHERE id = :id", id=known))[0]
    assert (row.ended_reason, row.ended_run_id) == ("absent_from_delivery", gone.id)
    assert (
        await roster.value("SELECT count(*) FROM enrolment WHERE person_id = :id AND ended_at IS NULL", id=known) == 0
    )

    back = await roster.load(oneroster_zip(small))
    assert back.counts["person"]["created"] == 1
    row = (await roster.rows("SELECT id, ended_at FROM person WHERE source_id = :id", id=person.id))[0]
    assert (row.id, row.ended_at) == (known, None)
    ops = await roster.rows("SELECT op FROM planned_person WHERE id = :id ORDER BY run_id", id=known)
    assert [row.op for row in ops] == ["create", "end", "revive"]


async def test_a_person_with_a_new_id_is_recognised_by_the_login_name(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = pupil(small)
    known = await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id)
    person.civic = ""
    renamed(small, person.id, "nytt-id")
    run = await roster.load(oneroster_zip(small))
    assert (run.counts["person"]["created"], run.counts["person"]["ended"]) == (0, 0)
    assert await roster.value("SELECT id FROM person WHERE source_id = 'nytt-id'") == known
    assert await roster.findings(run) == {"identity_moved": 1}


async def test_a_person_with_a_new_id_and_login_is_recognised_by_the_national_number(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = pupil(small)
    known = await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id)
    person.login = "annan@alvsunda.example"
    renamed(small, person.id, "nytt-id")
    await roster.load(oneroster_zip(small))
    assert await roster.value("SELECT id FROM person WHERE source_id = 'nytt-id'") == known


async def test_nobody_is_ever_recognised_by_name_alone_a_namesake_is_a_case_to_decide(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = pupil(small)
    person.login, person.civic = "annan@alvsunda.example", ""
    renamed(small, person.id, "nytt-id")
    run = await roster.plan(oneroster_zip(small))
    assert (run.counts["person"]["created"], run.counts["person"]["ended"]) == (0, 0)
    assert await roster.value("SELECT count(*) FROM planned_person WHERE source_id = 'nytt-id'") == 0
    assert "perhaps_same" in await roster.findings(run)
    assert await roster.rows("SELECT kind, state, source_id FROM correlation_case") == [
        ("perhaps_same", "open", "nytt-id")
    ]


async def test_an_id_that_was_given_to_somebody_else_leaves_the_known_person_untouched(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    first, second = pupil(small, 0), pupil(small, 1)
    family = first.family
    small = without(small, second)
    first.family, first.civic, first.login = "Annan", second.civic, "ny@alvsunda.example"
    run = await roster.load(oneroster_zip(small))
    assert (await roster.findings(run))["id_reused"] == 1
    assert await roster.value("SELECT family_name FROM person WHERE source_id = :id", id=first.id) == family


async def test_a_marking_on_a_row_that_nobody_can_trust_protects_whoever_it_may_mean(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    first, second = pupil(small, 0), pupil(small, 1)
    small = without(small, second)
    first.family, first.civic, first.login = "Annan", second.civic, "ny@alvsunda.example"
    first.marking = "Sekretessmarkering"
    await roster.plan(oneroster_zip(small))
    protected = await roster.rows("SELECT source_id FROM person WHERE protected ORDER BY source_id")
    assert [row.source_id for row in protected] == sorted([first.id, second.id])


async def test_two_persons_never_share_a_login_name(roster: Roster) -> None:
    small = town()
    first, second = pupil(small, 0), pupil(small, 1)
    second.login = first.login.upper()
    run = await roster.load(oneroster_zip(small))
    assert (await roster.findings(run))["login_taken"] == 1
    assert run.counts["person"]["created"] == len(small.persons)
    assert await roster.value("SELECT count(*) FROM person WHERE login = :login", login=first.login) == 1


async def test_a_bad_national_number_is_a_finding_and_never_costs_the_person(roster: Roster) -> None:
    small = town(pupils=200)
    spoil(small, frozenset({Dirt.national_ids}), 1)
    run = await roster.load(oneroster_zip(small))
    found = await roster.findings(run)
    assert sum(count for rule, count in found.items() if rule.startswith("civic_")) == small.dirt["national-ids"]
    assert run.counts["person"]["created"] == len(small.persons)


async def test_an_unreadable_number_keeps_the_one_that_is_known(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = pupil(small)
    before = await roster.value("SELECT civic_hash FROM person WHERE source_id = :id", id=person.id)
    person.civic = person.civic[:-1]
    run = await roster.load(oneroster_zip(small))
    assert run.counts["person"]["changed"] == 0
    assert await roster.value("SELECT civic_hash FROM person WHERE source_id = :id", id=person.id) == before


async def test_national_numbers_are_neither_in_plain_in_the_roster_nor_equal_between_tenants(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    other = Roster(roster.database, type(roster.tenant)(int=7))
    await other.load(oneroster_zip(small))
    person = pupil(small)
    query = "SELECT civic_hash, civic_cipher, person::text AS whole FROM person WHERE source_id = :id"
    mine, theirs = (await roster.rows(query, id=person.id))[0], (await other.rows(query, id=person.id))[0]
    assert person.civic not in mine.whole
    assert person.civic.encode().hex() not in mine.whole
    assert mine.civic_hash != theirs.civic_hash


async def test_orphans_are_findings_and_what_the_person_had_is_kept(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    for row in small.enrolments:
        if row.person == pupil(small).id:
            row.unit = "enhet999"
    run = await roster.plan(oneroster_zip(small))
    assert set(await roster.findings(run)) == {"orphan_unit"}
    assert run.counts["enrolment"]["ended"] == 0


async def test_a_row_that_cannot_be_read_ends_nobody(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    pupil(small).family = ""
    run = await roster.plan(oneroster_zip(small))
    assert await roster.findings(run) == {"value_missing": 1}
    assert {(c["changed"], c["ended"]) for c in run.counts.values()} == {(0, 0)}


async def test_duplicates_are_found_and_make_one_person(roster: Roster) -> None:
    small = town(pupils=300)
    spoil(small, frozenset({Dirt.duplicates}), 1)
    run = await roster.load(oneroster_zip(small))
    found = await roster.findings(run)
    assert found["duplicate_row"] >= small.dirt["duplicates.identical"]
    assert found["conflicting_rows"] == small.dirt["duplicates.same-id"]
    assert found["same_person_twice"] == small.dirt["duplicates.same-person"]
    assert run.counts["person"]["created"] == len({person.id for person in small.persons})


@pytest.mark.parametrize("emptied", ["users.csv", "enrollments.csv", "roles.csv", "orgs.csv"])
async def test_an_empty_file_ends_nobody_and_holds_the_plan(roster: Roster, emptied: str) -> None:
    content = oneroster_zip(town())
    await roster.load(content)
    header = member(content, emptied).split(b"\r\n")[0] + b"\r\n"
    run = await roster.plan(repacked(content, **{emptied.replace(".", "_"): header}))
    assert run.guard == "held"
    assert {"code": "incomplete_file", "file": emptied, "count": 0, "level": "never"} in run.guard_reasons
    assert {c["ended"] for c in run.counts.values()} == {0}


async def test_a_file_that_was_cut_off_ends_nobody_and_holds_the_plan(roster: Roster) -> None:
    content = oneroster_zip(town())
    await roster.load(content)
    users = member(content, "users.csv")
    run = await roster.plan(repacked(content, users_csv=users[: len(users) // 2].rstrip()[:-12]))
    assert run.guard == "held"
    assert "truncated_file" in await roster.findings(run)
    assert run.counts["person"]["ended"] == 0


async def test_a_trailer_that_counts_other_rows_holds_the_plan(roster: Roster) -> None:
    content = joined_zip(town())
    staff = member(content, "personal.csv").split(b"\r\n")
    run = await roster.plan(repacked(content, personal_csv=b"\r\n".join([*staff[:3], *staff[4:]])), JOINED)
    assert run.guard == "held"
    assert "trailer_count" in await roster.findings(run)


async def test_a_third_of_bad_rows_is_found_row_by_row_and_holds_the_plan(roster: Roster) -> None:
    small = town(pupils=200)
    spoil(small, frozenset({Dirt.bad_rows}), 1)
    run = await roster.plan(oneroster_zip(small))
    assert run.guard == "held"
    assert "too_many_bad_rows" in {reason["code"] for reason in run.guard_reasons}
    rows = await roster.rows("SELECT line FROM finding WHERE run_id = :run AND rule = 'value_missing'", run=run.id)
    assert len({row.line for row in rows}) == small.dirt["bad-rows"]
    assert await roster.value("SELECT count(*) FROM person") == 0


async def test_exchanging_half_of_the_register_is_held_although_the_number_stays_the_same(roster: Roster) -> None:
    small = town(pupils=100)
    await roster.load(oneroster_zip(small))
    for place, person in enumerate(list(small.of_part("pupil"))):
        person.civic, person.login = "", f"nytt{place}@alvsunda.example"
        renamed(small, person.id, f"nytt{place}")
    for person in small.of_part("guardian"):
        person.civic = ""
    run = await roster.plan(oneroster_zip(small))
    assert run.counts["enrolment"]["created"] == run.counts["enrolment"]["ended"]
    assert run.guard == "held"
    assert "ends_most" in {reason["code"] for reason in run.guard_reasons}


async def test_a_delivery_ends_only_what_its_own_source_delivered(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()), source="elevregister")
    others = town(seed=6)
    for number, person in enumerate(others.persons):
        person.login, person.civic = "", f"18{number:010}"
    run = await roster.plan(oneroster_zip(others), source="personalregister")
    assert {c["ended"] for c in run.counts.values()} == {0}


async def test_a_missing_optional_column_keeps_what_is_known(roster: Roster) -> None:
    content = oneroster_zip(town())
    await roster.load(content)
    users = member(content, "users.csv").replace(b",email,", b",epost,", 1).replace(b",username,", b",namn,", 1)
    run = await roster.plan(repacked(content, users_csv=users))
    assert run.counts["person"]["changed"] == 0
    assert (await roster.findings(run))["optional_column_missing"] == 2


async def test_a_missing_required_column_is_fatal_and_names_file_and_column(roster: Roster) -> None:
    content = oneroster_zip(town())
    users = member(content, "users.csv").replace(b"familyName", b"efternamn", 1)
    with pytest.raises(Fatal) as caught:
        await roster.plan(repacked(content, users_csv=users))
    found = caught.value.finding
    assert (found.rule, found.file, found.line, found.column) == ("column_missing", "users.csv", 1, "familyName")
    assert await roster.value("SELECT count(*) FROM run") == 0


async def test_another_tenant_sees_and_disturbs_nothing(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    other = Roster(roster.database, type(roster.tenant)(int=9))
    run = await other.plan(oneroster_zip(town()))
    assert run.counts["person"]["created"] == len(town().persons)
    assert await other.value("SELECT count(*) FROM person") == 0


async def test_without_its_policy_the_database_would_refuse_rows_of_another_tenant(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    other = Roster(roster.database, type(roster.tenant)(int=9))
    with pytest.raises(Exception, match="row-level security"):
        await other.rows(
            "INSERT INTO roster_head (tenant_id, id, version) VALUES (:t, :t, 1) RETURNING 1", t=roster.tenant
        )


async def test_a_plan_whose_rows_are_not_those_approved_is_not_applied(roster: Roster) -> None:
    run = await roster.plan(oneroster_zip(town()))
    await roster.rows("UPDATE planned_unit SET name = 'annan' WHERE run_id = :run RETURNING 1", run=run.id)
    assert await roster.apply(run) is False
    assert await roster.value("SELECT count(*) FROM person") == 0
    assert await roster.value("SELECT state FROM run WHERE id = :run", run=run.id) == "stale"


async def test_the_worker_knows_every_kind_of_job_that_the_service_starts(service: Start) -> None:
    sync = await service("sync")
    assert isinstance(sync.settings, Settings)
    assert {PLAN_JOB, APPLY_JOB, WATCH_JOB, PURGE_JOB} <= set(worker_spec(sync.settings).jobs)
