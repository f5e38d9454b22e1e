"""Two registers that know the same people: who owns a row, who lets go of it, and who may take it over."""

from typing import Any

from cli.demo_roster import Municipality
from services.sync.guarding.models import GuardPolicyRow
from services.sync.plan.policy import GuardPolicy
from tests.sync.plan.test_planning import pupil, renamed, without
from tests.sync.town import Roster, oneroster_zip, town


def coded_town() -> Municipality:
    """The town as both registers know it: every unit has its official code."""
    small = town()
    for unit in small.units:
        unit.code = f"kod-{unit.id}"
    return small


def staff_register(small: Municipality) -> Municipality:
    """A register of the staff alone, with ids of its own; it shares numbers, logins and unit codes with the other."""
    guardian = small.of_part("guardian")[0]
    staff = [person for person in small.persons if person.part == "staff"]
    for person in [*staff, guardian]:
        for duty in small.duties:
            duty.person = f"hr-{person.id}" if duty.person == person.id else duty.person
        person.id = f"hr-{person.id}"
    small.duties.append(type(small.duties[0])(guardian.id, small.units[-1].id, "teacher"))
    small.persons = [*staff, guardian]
    small.enrolments, small.memberships, small.responsibles, small.groups = [], [], [], []
    return small


async def present(roster: Roster, person: Any) -> bool:
    query = "SELECT ended_at IS NULL FROM person WHERE civic_hash = (SELECT civic_hash FROM person WHERE id = :id)"
    return bool(await roster.value(query, id=person))


async def guardian_of(roster: Roster, small: Municipality) -> Any:
    guardian = small.of_part("guardian")[0].id
    return await roster.value("SELECT id FROM person WHERE source_id = :id", id=guardian)


async def test_a_second_register_adds_ties_to_a_known_person_and_changes_nothing_that_the_first_owns(
    roster: Roster,
) -> None:
    small = coded_town()
    await roster.load(oneroster_zip(small), source="elevregister")
    known = await guardian_of(roster, small)
    run = await roster.load(oneroster_zip(staff_register(coded_town())), source="personalregister")
    assert run.counts["person"]["changed"] == 0
    assert run.counts["duty"]["created"] == 1
    assert await roster.value("SELECT source FROM person WHERE id = :id", id=known) == "elevregister"
    assert await roster.value("SELECT source FROM duty WHERE person_id = :id", id=known) == "personalregister"
    again = await roster.plan(oneroster_zip(coded_town()), source="elevregister")
    assert {(c["created"], c["changed"], c["ended"]) for c in again.counts.values()} == {(0, 0, 0)}


async def test_whom_one_register_lets_go_while_another_knows_them_stays_and_passes_to_the_other(
    roster: Roster,
) -> None:
    small = coded_town()
    await roster.load(oneroster_zip(small), source="elevregister")
    known = await guardian_of(roster, small)
    await roster.load(oneroster_zip(staff_register(coded_town())), source="personalregister")
    run = await roster.load(oneroster_zip(without(small, small.of_part("guardian")[0])), source="elevregister")
    assert run.counts["person"]["ended"] == 0
    assert await present(roster, known)
    assert str(await roster.value("SELECT source_id FROM person WHERE id = :id", id=known)).startswith("released:")
    quiet = await roster.plan(
        oneroster_zip(without(coded_town(), town().of_part("guardian")[0])), source="elevregister"
    )
    assert quiet.counts["person"]["changed"] == 0
    taken = await roster.load(oneroster_zip(staff_register(coded_town())), source="personalregister")
    assert taken.counts["person"]["changed"] == 1
    row = (await roster.rows("SELECT source, source_id FROM person WHERE id = :id", id=known))[0]
    assert (row.source, row.source_id.startswith("hr-")) == ("personalregister", True)


async def test_a_register_takes_the_place_of_another_only_where_the_customer_has_said_so(roster: Roster) -> None:
    await roster.load(oneroster_zip(coded_town()), source="gammalt")
    beside = await roster.plan(oneroster_zip(coded_town()), source="nytt")
    numbers = {kind: (c["created"], c["changed"], c["ended"]) for kind, c in beside.counts.items()}
    # Classes carry no official mark, so those of another register are others.
    assert {kind for kind, one in numbers.items() if one != (0, 0, 0)} == {"group", "membership"}
    async with roster.database.transaction(roster.tenant) as session:
        document = GuardPolicy(replaces=("gammalt",)).document()
        session.add(GuardPolicyRow(tenant_id=roster.tenant, source="nytt", document=document))
    run = await roster.plan(oneroster_zip(coded_town()), source="nytt")
    assert run.counts["person"]["changed"] == len(town().persons)
    assert "takes_over" in {reason["code"] for reason in run.guard_reasons}
    assert run.guard != "clear"


async def test_units_are_recognised_by_their_code_and_a_code_that_two_carry_tells_neither(roster: Roster) -> None:
    small = coded_town()
    await roster.load(oneroster_zip(small))
    names = {unit.id: f"ny-{unit.id}" for unit in small.units if unit.kind == "school"}
    renumbered = coded_town()
    for unit in renumbered.units:
        unit.id = names.get(unit.id, unit.id)
    for rows in (renumbered.enrolments, renumbered.duties, renumbered.groups):
        for row in rows:
            row.unit = names.get(row.unit, row.unit)
    run = await roster.plan(oneroster_zip(renumbered))
    assert (run.counts["unit"]["created"], run.counts["unit"]["ended"]) == (0, 0)
    assert run.counts["unit"]["changed"] == len(names)
    coded = [unit for unit in renumbered.units if unit.id in names.values()]
    coded[1].code = coded[0].code
    twice = await roster.plan(oneroster_zip(renumbered))
    assert twice.counts["unit"]["created"] == 2


async def test_a_login_name_of_a_foreign_domain_recognises_nobody(roster: Roster) -> None:
    small = coded_town()
    person = pupil(small)
    person.login, person.civic = "elev@annankommun.example", ""
    await roster.load(oneroster_zip(small))
    moved = coded_town()
    other = pupil(moved)
    other.login, other.civic, other.family = "elev@annankommun.example", "", "Helt Annan"
    renamed(moved, other.id, "nytt-id")
    run = await roster.plan(oneroster_zip(moved))
    found = await roster.findings(run)
    assert "identity_moved" not in found
    assert found["login_taken"] == 1
