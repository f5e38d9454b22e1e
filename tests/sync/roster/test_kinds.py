"""Placements, activities, timetable groups, absence and ids of other systems: from a file to the roster and out."""

import json
from typing import Any

import pytest

from services.sync.change.service import ChangeService, FeedQuery
from services.sync.reading.mapping import Mapping
from shared.contracts.sync import (
    AbsenceChange,
    ActivityChange,
    ActivityTeacherChange,
    Change,
    GroupChange,
    PersonChange,
    PlacementChange,
    TeachingChange,
    parse_page,
)
from tests.sync.reading.test_delivery import zipped
from tests.sync.town import Roster


def emitting(file: str, entity: str, fields: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"file": file, "required": False, "emits": [{"entity": entity, "fields": fields, **more}]}


MAPPING = Mapping.model_validate(
    {
        "name": "test.whole",
        "absentMarking": "filtered",
        "files": [
            emitting("unit.csv", "unit", {"sourceId": "id", "name": "namn"}),
            emitting(
                "person.csv",
                "person",
                {
                    "sourceId": "id",
                    "givenName": "fornamn",
                    "familyName": "efternamn",
                    "externalIds": "andra",
                    "marking": "skydd",
                },
                values={"marking": {"nej": "none"}},
            ),
            emitting("grupp.csv", "group", {"sourceId": "id", "name": "namn", "kind": "slag", "unit": "enhet"}),
            emitting(
                "plats.csv",
                "placement",
                {
                    "child": "barn",
                    "unit": "enhet",
                    "group": "grupp",
                    "schoolForm": "form",
                    "startsOn": "fran",
                    "weeklyHours": "timmar",
                },
            ),
            emitting(
                "aktivitet.csv", "activity", {"sourceId": "id", "name": "namn", "unit": "enhet", "subject": "amn"}
            ),
            emitting("undervisning.csv", "teaching", {"activity": "aktivitet", "group": "grupp"}),
            emitting("larare.csv", "activity_teacher", {"activity": "aktivitet", "person": "person"}),
            emitting(
                "franvaro.csv",
                "absence",
                {
                    "unit": "enhet",
                    "group": "grupp",
                    "month": "manad",
                    "pupils": "elever",
                    "absentMinutes": "minuter",
                    "plannedMinutes": "planerade",
                },
            ),
        ],
    }
)  # fmt: skip
FILES = {
    "unit_csv": "id;namn\ne1;Ängsskolan\n",
    "person_csv": (
        "id;fornamn;efternamn;andra;skydd\n"
        "b1;Alva;Ek;{timmar:77},{skola24:A-1};nej\n"
        "l1;Bo;Al;{skola24:19811228-9874};nej\n"
        "b2;Hemlig;Hemlignamn;{skola24:hemlig77};ja\n"
    ),
    "grupp_csv": "id;namn;slag;enhet\ng1;Blåklockan;home;e1\ng2;MA schema;timetable;e1\n",
    "plats_csv": "barn;enhet;grupp;form;fran;timmar\nb1;e1;g1;preschool;2026-08-17;35\nb2;e1;;preschool;;\n",
    "aktivitet_csv": "id;namn;enhet;amn\na1;Matematik 1;e1;MA\n",
    "undervisning_csv": "aktivitet;grupp\na1;g2\n",
    "larare_csv": "aktivitet;person\na1;l1\n",
    "franvaro_csv": (
        "enhet;grupp;manad;elever;minuter;planerade\n"
        "e1;;2026-10;240;51200;1900000\ne1;g1;2026-10;18;900;\ne1;g2;2026-10;4;60;\n"
    ),
}


def pack(**files: str | None) -> bytes:
    return zipped(**{name: body.encode() for name, body in (FILES | files).items() if body is not None})


async def feed(roster: Roster, after: int = 0) -> list[Change]:
    async with roster.database.transaction(roster.tenant) as session:
        return parse_page(await ChangeService(session).page(FeedQuery(after, None, 1000)))[0]


async def test_every_kind_comes_from_a_file_into_the_roster_and_out_in_the_feed(roster: Roster) -> None:
    run = await roster.load(pack(), MAPPING)
    assert await roster.findings(run) == {"absence_too_few": 1}
    lines = {type(line): line for line in await feed(roster)}
    placement, activity = lines[PlacementChange], lines[ActivityChange]
    assert isinstance(placement, PlacementChange)
    assert isinstance(activity, ActivityChange)
    assert (activity.name, activity.subject, activity.source_id) == ("Matematik 1", "MA", "a1")
    assert {TeachingChange, ActivityTeacherChange} < set(lines)
    assert any(isinstance(line, GroupChange) and line.group_kind == "timetable" for line in await feed(roster))
    placements = [line for line in await feed(roster) if isinstance(line, PlacementChange)]
    assert [(p.weekly_hours, p.school_form, p.protected) for p in placements if p.group_id] == [
        (35, "preschool", False)
    ]
    assert [p.protected for p in placements if p.group_id is None] == [True]
    assert placement.unit_id == activity.unit_id


async def test_the_same_files_once_more_plan_nothing(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    run = await roster.plan(pack(), MAPPING)
    assert {(c["created"], c["changed"], c["ended"]) for c in run.counts.values()} == {(0, 0, 0)}


async def test_absence_is_never_that_of_so_few_that_it_is_about_one(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    counted = [line for line in await feed(roster) if isinstance(line, AbsenceChange)]
    assert sorted((a.pupils, a.absent_minutes, a.month.isoformat()) for a in counted) == [
        (18, 900, "2026-10-01"),
        (240, 51200, "2026-10-01"),
    ]
    with pytest.raises(Exception, match="about_nobody"):
        await roster.rows("UPDATE absence SET pupils = 4 RETURNING 1")


async def test_absence_of_a_month_stays_when_the_next_month_is_delivered(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    november = "enhet;grupp;manad;elever;minuter;planerade\ne1;;2026-11-22;240;40000;\n"
    await roster.load(pack(franvaro_csv=november), MAPPING)
    assert await roster.value("SELECT count(*) FROM absence WHERE ended_at IS NULL") == 3
    mended = "enhet;grupp;manad;elever;minuter;planerade\ne1;;2026-10;240;51200;1900000\n"
    run = await roster.load(pack(franvaro_csv=mended), MAPPING)
    assert run.counts["absence"]["ended"] == 1  # the group's row of October is gone from October


async def test_external_ids_are_kept_with_their_context_and_never_a_national_number_in_plain(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    rows = {
        row[0]: row[1:] for row in await roster.rows("SELECT source_id, external_ids, external_digests FROM person")
    }
    assert rows["b1"][0] == ["skola24:A-1", "timmar:77"]
    assert [len(digest) for digest in rows["b1"][1]] == [64, 64]
    assert rows["l1"][0][0].startswith("skola24:h:")
    assert "9874" not in json.dumps(rows["l1"])
    lines = {line.source_id: line for line in await feed(roster) if isinstance(line, PersonChange)}
    assert lines["b1"].external_ids == ("skola24:A-1", "timmar:77")


async def test_of_a_protected_person_only_the_digests_of_external_ids_stay(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    row = (await roster.rows("SELECT external_ids, external_digests FROM person WHERE source_id = 'b2'"))[0]
    assert (row[0], len(row[1])) == (None, 1)
    assert [line.external_ids for line in await feed(roster) if isinstance(line, PersonChange) and line.protected] == [
        ()
    ]
    tightened = FILES["person_csv"].replace("{skola24:A-1};nej", "{skola24:A-1};ja")
    await roster.plan(pack(person_csv=tightened), MAPPING)
    assert await roster.value("SELECT count(*) FROM person WHERE external_ids @> ARRAY['skola24:A-1']") == 0
    assert await roster.value("SELECT count(*) FROM planned_person WHERE planned_person::text LIKE '%A-1%'") == 0


async def test_what_a_mapping_does_not_speak_of_it_ends_nowhere(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    narrow = MAPPING.model_copy(update={"files": MAPPING.files[:3]})
    run = await roster.plan(pack(), narrow)
    assert {c["ended"] for c in run.counts.values()} == {0}


@pytest.mark.parametrize("missing", ["plats_csv", "aktivitet_csv", "undervisning_csv", "larare_csv", "franvaro_csv"])
async def test_a_missing_file_ends_nothing_that_hangs_on_it(roster: Roster, missing: str) -> None:
    await roster.load(pack(), MAPPING)
    run = await roster.plan(pack(**{missing: None}), MAPPING)
    assert {c["ended"] for c in run.counts.values()} == {0}


async def test_a_row_that_refers_to_nothing_is_a_finding_and_keeps_what_there_is(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    run = await roster.plan(
        pack(
            undervisning_csv="aktivitet;grupp\na1;g9\n",
            larare_csv="aktivitet;person\na9;l1\n",
            plats_csv="barn;enhet;grupp;form;fran;timmar\nb1;e1;g9;preschool;;\nb2;e1;;preschool;;\n",
        ),
        MAPPING,
    )
    assert await roster.findings(run) == {"orphan_group": 2, "orphan_activity": 1, "absence_too_few": 1}
    assert {c["ended"] for c in run.counts.values()} == {0}


async def test_what_is_gone_from_a_whole_file_ends(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    run = await roster.load(
        pack(
            aktivitet_csv="id;namn;enhet;amn\na2;Svenska;e1;SV\n",
            undervisning_csv="aktivitet;grupp\na2;g2\n",
            larare_csv="aktivitet;person\na2;l1\n",
        ),
        MAPPING,
    )
    assert [run.counts[kind]["ended"] for kind in ("activity", "teaching", "activity_teacher")] == [1, 1, 1]


@pytest.mark.parametrize("lost", ["b1", "b2", "l1", "g1", "g2", "a1", "e1"])
async def test_what_is_gone_from_its_own_file_but_spoken_of_elsewhere_ends_nowhere(roster: Roster, lost: str) -> None:
    await roster.load(pack(), MAPPING)
    cut = {
        name: "".join(row for row in body.splitlines(keepends=True) if not row.startswith(f"{lost};"))
        for name, body in FILES.items()
        if name in ("unit_csv", "person_csv", "grupp_csv", "aktivitet_csv")
    }
    run = await roster.plan(pack(**cut), MAPPING)
    assert {kind: c["ended"] for kind, c in run.counts.items() if c["ended"]} == {}
