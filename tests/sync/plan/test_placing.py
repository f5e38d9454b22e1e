"""Findings name a row by its id in the register, and never that of somebody whom any register marks."""

import pytest

from cli.demo_roster import Municipality
from services.sync.plan.models import Run
from tests.sync.plan.test_planning import renamed
from tests.sync.roster.test_kinds import MAPPING, pack
from tests.sync.town import Roster, oneroster_zip, town

WRONG = "180802063405"


def told_badly(marking: str = "Ingen") -> Municipality:
    small = town()
    person = small.of_part("pupil")[0]
    person.civic, person.marking = WRONG, marking
    return small


async def ref(roster: Roster, run: Run) -> str | None:
    query = "SELECT row_ref FROM finding WHERE run_id = :run AND rule = 'civic_check_digit' AND entity = 'person'"
    found: str | None = await roster.value(query, run=run.id)
    return found


@pytest.mark.parametrize("source", ["register", "another"])
async def test_a_row_that_says_no_mark_does_not_show_whom_the_roster_protects(roster: Roster, source: str) -> None:
    marked = town()
    marked.of_part("pupil")[0].marking = "Sekretessmarkering"
    await roster.load(oneroster_zip(marked))
    run = await roster.plan(oneroster_zip(told_badly()), source=source)
    assert await ref(roster, run) is None


@pytest.mark.parametrize("source", ["register", "another"])
async def test_a_mark_hides_whom_earlier_findings_of_any_register_told(roster: Roster, source: str) -> None:
    await roster.load(oneroster_zip(town()))
    badly, known_as = told_badly(), f"{source}-4711"
    renamed(badly, badly.of_part("pupil")[0].id, known_as)
    told = await roster.plan(oneroster_zip(badly), source=source)
    assert await ref(roster, told) == known_as
    await roster.plan(oneroster_zip(told_badly("Sekretessmarkering")))
    assert await ref(roster, told) is None


async def test_rows_of_every_kind_are_placed(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    run = await roster.plan(
        pack(
            plats_csv="barn;enhet;grupp;form;fran;timmar\nb1;e1;g9;preschool;;\nb2;e1;g9;preschool;;\n",
            aktivitet_csv="id;namn;enhet;amn\na1;Matematik 1;e1;MA\na2;Svenska;e9;SV\n",
            undervisning_csv="aktivitet;grupp\na1;g9\n",
            larare_csv="aktivitet;person\na9;l1\n",
            franvaro_csv="enhet;grupp;manad;elever;minuter;planerade\ne1;g9;2026-10;18;900;\n",
        ),
        MAPPING,
    )
    query = "SELECT entity, row_ref, unit_id IS NOT NULL FROM finding WHERE run_id = :run ORDER BY 1, line"
    assert [tuple(row) for row in await roster.rows(query, run=run.id)] == [
        ("absence", "g9", True),
        ("activity", "a2", False),
        ("activity_teacher", "l1", False),
        ("placement", "b1", True),
        ("placement", None, True),
        ("teaching", "a1", True),
    ]
