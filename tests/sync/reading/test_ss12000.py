"""Reading a package of SS12000 objects: what a register tells, what it may not tell, and what it calls its own way."""

import io
import json
import zipfile
from typing import Any

import pytest

from services.sync.reading.findings import Fatal
from services.sync.reading.mapping import SS12000, shipped
from tests.sync.registers.reading import Read, read

UNIT, PUPIL, TEACHER, GROUP, DUTY = "unit-1", "pupil-1", "teacher-1", "group-1", "duty-1"


def told(**more: Any) -> dict[str, list[dict[str, Any]]]:
    """A register with one school, one pupil and one teacher; `more` replaces what an endpoint tells."""
    objects: dict[str, list[dict[str, Any]]] = {
        "organisations": [{"id": UNIT, "displayName": "Skolan", "organisationType": "Skolenhet"}],
        "persons": [person(PUPIL, enrolments=[enrolment()]), person(TEACHER)],
        "groups": [group()],
        "duties": [duty()],
    }
    return objects | more


def person(sid: str, **more: Any) -> dict[str, Any]:
    row = {"id": sid, "givenName": "Alva", "familyName": "Ek", "securityMarking": "Ingen", "personStatus": "Aktiv"}
    return row | more


def enrolment(**more: Any) -> dict[str, Any]:
    row = {"enroledAt": {"id": UNIT}, "schoolType": "GR", "schoolYear": 4, "startDate": "2026-08-17"}
    return row | more


def group(**more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"id": GROUP, "displayName": "4A", "groupType": "Klass", "organisation": {"id": UNIT}}
    row |= {"schoolType": "GR", "groupMemberships": [{"person": {"id": PUPIL}}]}
    return row | more


def duty(**more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"id": DUTY, "person": {"id": TEACHER}, "dutyAt": {"id": UNIT}, "dutyRole": "Lärare"}
    return row | more


def package(objects: dict[str, list[dict[str, Any]]], seen: list[str] | None = None) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        for entity, rows in objects.items():
            pack.writestr(f"{entity}.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        if seen is not None:
            pack.writestr("seen.json", json.dumps({"tables": seen}))
    return target.getvalue()


async def read_told(**more: Any) -> Read:
    return await read(package(told(**more)), shipped(SS12000))


async def test_what_a_register_tells_becomes_rows() -> None:
    done = await read_told()
    assert [(row["name"], row["kind"]) for row in done.rows("unit")] == [("Skolan", "school")]
    assert [row["sid"] for row in done.rows("person")] == [PUPIL, TEACHER]
    place = done.rows("enrolment")[0]
    assert (place["school_form"], place["school_year"], place["starts_on"]) == ("compulsory", "4", "2026-08-17")
    assert [(row["group_sid"], row["person_sid"], row["role"]) for row in done.rows("membership")] == [
        (GROUP, PUPIL, "pupil")
    ]
    assert [(row["person_sid"], row["role"]) for row in done.rows("duty")] == [(TEACHER, "teacher")]


async def test_values_that_the_standard_does_not_know_never_fail() -> None:
    done = await read_told(
        persons=[person(PUPIL, enrolments=[enrolment(schoolType="NYFORM")], personStatus="Okänd status")],
        groups=[group(groupType="Nyhet")],
        duties=[duty(dutyRole="Drönarförare", person={"id": PUPIL})],
    )
    assert [row["role"] for row in done.rows("duty")] == ["other"]
    assert [row["kind"] for row in done.rows("group")] == ["teaching"]
    assert [row["school_form"] for row in done.rows("enrolment")] == [""]
    assert done.counts["value_unknown"] == 3


@pytest.mark.parametrize(
    ("marking", "is_protected"),
    [("Ingen", "f"), ("Sekretessmarkering", "t"), ("Skyddad folkbokföring", "t"), ("Ny markering", "t"), (None, "t")],
)
async def test_only_a_marking_that_says_so_leaves_a_person_unprotected(marking: str | None, is_protected: str) -> None:
    done = await read_told(persons=[person(TEACHER), person(PUPIL, securityMarking=marking)])
    row = next(row for row in done.rows("person") if row["sid"] == PUPIL)
    assert (row["protected"], bool(row["given_name"])) == (is_protected, is_protected == "f")


async def test_a_register_that_tells_no_markings_protects_everybody_new() -> None:
    rows = [{k: v for k, v in person(sid).items() if k != "securityMarking"} for sid in (PUPIL, TEACHER)]
    done = await read_told(persons=rows)
    assert {row["protected"] for row in done.rows("person")} == {"t"}
    assert all("protected" in row["untold"] for row in done.rows("person"))
    assert done.counts["marking_unknown"] == 1


async def test_a_field_that_nobody_has_is_untold_and_no_value() -> None:
    done = await read_told(
        persons=[person(PUPIL), person(TEACHER, emails=[{"value": "a@b.example", "type": "Privat"}])]
    )
    assert {"login", "civic_hash"} <= untold(done)
    assert "email" not in untold(done)
    assert ("field_not_permitted", "civicNo") in {(rule, column) for rule, _, _, column in done.findings}


def untold(done: Read) -> set[str]:
    return set(done.rows("person")[0]["untold"].strip("{}").split(","))


async def test_the_dead_and_those_who_have_left_the_country_are_left_out_with_their_ties() -> None:
    done = await read_told(
        persons=[
            person(PUPIL, personStatus="Avliden", enrolments=[enrolment()], responsibles=[{"person": {"id": "g"}}]),
            person(TEACHER, personStatus="Utvandrad"),
            person("g"),
        ]
    )
    assert [row["sid"] for row in done.rows("person")] == ["g"]
    assert not any(done.rows(kind) for kind in ("enrolment", "membership", "duty", "responsible"))
    assert not {rule for rule in done.counts if rule.startswith("orphan")}


async def test_a_cancelled_place_is_no_place_and_of_several_the_present_one_counts() -> None:
    places = [
        enrolment(schoolYear=3, startDate="2025-08-18", endDate="2026-06-12"),
        enrolment(schoolYear=4),
        enrolment(schoolYear=9, cancelled=True),
        enrolment(schoolYear=5, startDate="2027-08-16"),
    ]
    done = await read_told(persons=[person(PUPIL, enrolments=places), person(TEACHER)])
    assert [row["school_year"] for row in done.rows("enrolment")] == ["4"]


async def test_teachers_come_from_mentorship_and_from_activities() -> None:
    done = await read_told(
        duties=[duty(assignmentRole=[{"group": {"id": GROUP}, "assignmentRoleType": "Mentor"}])],
        activities=[
            {
                "id": "activity-1",
                "displayName": "Matematik 4A",
                "organisation": {"id": UNIT},
                "groups": [{"id": "group-2"}],
                "teachers": [{"duty": {"id": DUTY}}],
                "syllabus": {"id": "syllabus-1"},
            }
        ],
        syllabuses=[{"id": "syllabus-1", "subjectName": "Matematik"}],
    )
    teachers = {(row["group_sid"], row["person_sid"]) for row in done.rows("membership") if row["role"] == "teacher"}
    assert teachers == {(GROUP, TEACHER), ("group-2", TEACHER)}
    assert [(row["sid"], row["subject"]) for row in done.rows("activity")] == [("activity-1", "Matematik")]
    assert [(row["activity_sid"], row["group_sid"]) for row in done.rows("teaching")] == [("activity-1", "group-2")]
    assert [row["person_sid"] for row in done.rows("activity_teacher")] == [TEACHER]


async def test_preschool_placements_come_with_group_and_hours() -> None:
    placement: dict[str, Any] = {"id": "p1", "child": {"id": PUPIL}, "placedAt": {"id": UNIT}, "group": {"id": GROUP}}
    placement |= {"schoolType": "FS", "startDate": "2026-01-07", "maxWeeklyScheduleHours": 30}
    row = (await read_told(placements=[placement])).rows("placement")[0]
    assert (row["child_sid"], row["group_sid"], row["school_form"], row["weekly_hours"]) == (
        PUPIL,
        GROUP,
        "preschool",
        "30",
    )


async def test_staff_in_a_group_of_staff_are_no_pupils() -> None:
    done = await read_told(groups=[group(groupType="Personalgrupp", groupMemberships=[{"person": {"id": TEACHER}}])])
    assert done.rows("membership") == []


async def test_other_systems_ids_of_a_person_are_kept_by_context() -> None:
    ids = [{"value": "4711", "context": "urn:skola24:elev", "globallyUnique": False}]
    done = await read_told(persons=[person(PUPIL, externalIdentifiers=ids), person(TEACHER)])
    assert "urn:skola24:elev:4711" in done.rows("person")[0]["external_ids"]


async def test_an_endpoint_that_is_not_in_the_package_ends_nothing() -> None:
    objects = told()
    del objects["duties"]
    done = await read(package(objects), shipped(SS12000))
    assert {"duty", "membership"} <= done.done.incomplete


async def test_a_list_that_has_gone_ends_nothing_and_one_that_never_was_holds_up_nothing() -> None:
    objects = told(groups=[group(groupMemberships=[])])
    never = ["organisations", "persons", "persons.enrolments", "groups", "duties"]
    assert "membership" in (await read(package(objects), shipped(SS12000))).done.incomplete
    lost = await read(package(objects, [*never, "groups.groupMemberships"]), shipped(SS12000))
    assert "membership" in lost.done.incomplete
    whole = await read(package(told(), [*never, "groups.groupMemberships"]), shipped(SS12000))
    assert "membership" not in whole.done.incomplete


@pytest.mark.parametrize("line", ["{", "[]", "17", '{"id": ' + "[" * 5000])
async def test_a_line_that_is_no_object_is_fatal_and_says_where(line: str) -> None:
    objects = package(told())
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(objects)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (line.encode() if name == "persons.ndjson" else b""))
    with pytest.raises(Fatal) as caught:
        await read(target.getvalue(), shipped(SS12000))
    assert (caught.value.finding.rule, caught.value.finding.line) == ("not_json", 3)


async def test_a_package_without_persons_is_fatal() -> None:
    with pytest.raises(Fatal) as caught:
        await read(package({"organisations": []}), shipped(SS12000))
    assert caught.value.finding.rule == "file_missing"


async def test_shapes_that_the_standard_does_not_have_count_as_not_told() -> None:
    strange = {"civicNo": "191212121212", "emails": "a@b.example", "enrolments": {"x": 1}, "responsibles": [None, 3]}
    done = await read_told(persons=[person(PUPIL, **strange), person(TEACHER, eduPersonPrincipalNames=[None, 7])])
    assert [row["sid"] for row in done.rows("person")] == [PUPIL, TEACHER]
    assert done.rows("enrolment") == []
