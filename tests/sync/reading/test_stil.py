"""Reading STIL's export of UNI-Login: institutions, pupils with contacts, staff, protected persons, unsafe XML."""

import io
import zipfile

import pytest

from services.sync.reading.findings import Fatal
from services.sync.reading.mapping import STIL, shipped
from tests.sync.registers.reading import Read, read

_ROOT = '<UNILoginExportFullMyndighed xmlns="https://brugerdatabasen.stil.dk/bpi/wsieksport/7/fullmyndighed">'
GROUPS = """
<Group><GroupId>1</GroupId><GroupName>4.A</GroupName><GroupType>Hovedgruppe</GroupType></Group>
<Group><GroupId>2</GroupId><GroupName>Matematik</GroupName><GroupType>Hold</GroupType></Group>
<Group><GroupId>3</GroupId><GroupName>Humlebien</GroupName><GroupType>SFO</GroupType></Group>
<Group><GroupId>4</GroupId><GroupName>Ny slags</GroupName><GroupType>Nyhed</GroupType></Group>
"""


def export(*institutions: str) -> bytes:
    return (_ROOT + "".join(institutions) + "</UNILoginExportFullMyndighed>").encode()


def institution(*members: str, number: str = "123456") -> str:
    name = f"<InstitutionNumber>{number}</InstitutionNumber><InstitutionName>Skolen</InstitutionName>"
    return f"<Institution>{name}{GROUPS}{''.join(members)}</Institution>"


def person(user: str, protected: str | None = "false", more: str = "") -> str:
    attribute = "" if protected is None else f' protected="{protected}"'
    names = f"<FirstName>Alma</FirstName><FamilyName>Bæk</FamilyName><UserId>{user}</UserId>"
    return f"<Person{attribute}>{names}{more}</Person>"


def member(inner: str, part: str) -> str:
    return f'<InstitutionPerson source="x"><LocalPersonId>77</LocalPersonId>{inner}{part}</InstitutionPerson>'


def student(user: str = "alma0001", level: str = "4", more: str = "", protected: str | None = "false") -> str:
    groups = "<MainGroupId>1</MainGroupId><GroupId>2</GroupId>"
    inside = f"<Student><Role>Elev</Role><Level>{level}</Level>{groups}{more}</Student>"
    return member(person(user, protected), inside)


def employee(user: str = "bo000001", *roles: str) -> str:
    told = "".join(f"<Role>{role}</Role>" for role in roles or ("Lærer",))
    return member(person(user), f"<Employee>{told}<GroupId>1</GroupId></Employee>")


def contact(user: str, custody: str) -> str:
    return f'<ContactPerson relation="Mor" childCustody="{custody}" accessLevel="Fuld">{person(user)}</ContactPerson>'


async def told(*institutions: str) -> Read:
    return await read(export(*institutions), shipped(STIL))


async def test_an_institution_is_a_unit_with_its_groups_pupils_and_staff() -> None:
    done = await told(institution(student(), employee()))
    assert [(row["sid"], row["name"], row["kind"]) for row in done.rows("unit")] == [("123456", "Skolen", "school")]
    assert [row["sid"] for row in done.rows("person")] == ["alma0001", "bo000001"]
    assert [(row["school_form"], row["school_year"]) for row in done.rows("enrolment")] == [("compulsory", "4")]
    assert [(row["person_sid"], row["role"]) for row in done.rows("duty")] == [("bo000001", "teacher")]
    ties = {(row["group_sid"], row["person_sid"], row["role"]) for row in done.rows("membership")}
    assert ties == {
        ("123456:1", "alma0001", "pupil"),
        ("123456:2", "alma0001", "pupil"),
        ("123456:1", "bo000001", "teacher"),
    }
    kinds = {row["sid"]: (row["kind"], row["school_form"]) for row in done.rows("group")}
    assert kinds["123456:1"] == ("home", "compulsory")
    assert kinds["123456:3"] == ("home", "leisure")
    assert kinds["123456:4"][0] == "teaching"


async def test_groups_of_one_id_at_two_institutions_are_two_groups() -> None:
    done = await told(institution(student("a0000001")), institution(student("b0000001"), number="654321"))
    assert {row["sid"] for row in done.rows("group")} >= {"123456:1", "654321:1"}


async def test_a_child_in_a_leisure_group_has_two_places() -> None:
    done = await told(institution(student(more="<GroupId>3</GroupId>")))
    assert [row["school_form"] for row in done.rows("enrolment")] == ["compulsory", "leisure"]


@pytest.mark.parametrize(("custody", "is_guardian"), [("true", True), ("1", True), ("false", False)])
async def test_a_contact_is_responsible_where_custody_says_so(custody: str, is_guardian: bool) -> None:
    done = await told(institution(student(more=contact("mor00001", custody))))
    assert bool(done.rows("responsible")) is is_guardian
    # Who has no custody is none of our business.
    assert ("mor00001" in {row["sid"] for row in done.rows("person")}) is is_guardian


@pytest.mark.parametrize(
    ("protected", "is_protected"), [("false", "f"), ("0", "f"), ("true", "t"), ("1", "t"), ("ja", "t"), (None, "t")]
)
async def test_only_what_says_so_is_unprotected(protected: str | None, is_protected: str) -> None:
    done = await told(institution(student(protected=protected)))
    row = done.rows("person")[0]
    assert (row["protected"], bool(row["given_name"])) == (is_protected, is_protected == "f")


async def test_a_protected_person_without_an_alias_is_a_finding_and_still_protected() -> None:
    done = await told(institution(student(protected="true")))
    assert done.counts["protected_without_alias"] == 1
    alias = "<AliasFirstName>X</AliasFirstName><AliasFamilyName>Y</AliasFamilyName>"
    named = institution(student(protected="true")).replace("</UserId>", f"</UserId>{alias}")
    with_alias = await told(named)
    assert "protected_without_alias" not in with_alias.counts
    assert done.rows("person")[0]["protected"] == "t"


async def test_a_person_at_two_institutions_is_one_person_with_two_places() -> None:
    done = await told(institution(student()), institution(student(), number="654321"))
    assert len(done.rows("person")) == 1
    assert {row["unit_sid"] for row in done.rows("enrolment")} == {"123456", "654321"}
    assert not {"conflicting_rows", "duplicate_row"} & set(done.counts)


async def test_roles_levels_and_parts_that_nobody_knows_never_fail() -> None:
    extern = member(person("ex000001"), "<Extern><Role>Praktikant</Role></Extern>")
    done = await told(institution(student(level="Andet"), employee("bo000001", "Lærer", "Robot"), extern))
    assert [row["school_year"] for row in done.rows("enrolment")] == [""]
    assert sorted(row["role"] for row in done.rows("duty")) == ["other", "other", "teacher"]


async def test_a_user_made_by_hand_is_a_finding_and_nobody() -> None:
    done = await told(institution(member("", "<Employee><Role>TAP</Role></Employee>"), student()))
    assert done.counts["stil_manual_user"] == 1
    assert len(done.rows("person")) == 1


async def test_fictive_numbers_are_numbers() -> None:
    number = "<CivilRegistrationNumber>6612109876</CivilRegistrationNumber>"
    done = await told(institution(student()).replace("</UserId>", f"</UserId>{number}"))
    assert done.rows("person")[0]["civic_hash"]


async def test_an_answer_in_its_envelope_and_a_file_for_each_institution_are_read() -> None:
    enveloped = b"<soap><Body>" + export(institution(student())) + b"</Body></soap>"
    assert len((await read(enveloped, shipped(STIL))).rows("unit")) == 1
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        pack.writestr("1.xml", export(institution(student("a0000001"))))
        pack.writestr("2.xml", export(institution(student("b0000001"), number="654321")))
        pack.writestr("readme.txt", "not for you")
    assert len((await read(target.getvalue(), shipped(STIL))).rows("person")) == 2


async def test_a_large_municipality_has_hundreds_of_institutions() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        for number in range(300):
            pack.writestr(f"{number}.xml", export(institution(student(f"a{number:07}"), number=f"{number:06}")))
    assert len((await read(target.getvalue(), shipped(STIL))).rows("unit")) == 300


async def test_an_institution_without_anybody_ends_nothing() -> None:
    with pytest.raises(Fatal) as caught:
        await told(institution())
    assert caught.value.finding.rule == "file_missing"


BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '" + b"&a;" * 100 + b"'>]>"
OUTSIDE = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (BOMB + export(institution(student())), "unsafe_xml"),
        (OUTSIDE + export(institution(student())), "unsafe_xml"),
        (export(institution(student()))[:-40], "broken_xml"),
        (export(institution(student())).replace(b"</Level>", b"</Lvl>"), "broken_xml"),
        (b"not XML at all", "broken_xml"),
        (b"<html><body>Log in, please</body></html>", "not_stil"),
    ],
)
async def test_what_is_broken_unsafe_or_something_else_is_fatal(content: bytes, rule: str) -> None:
    with pytest.raises(Fatal) as caught:
        await read(content, shipped(STIL))
    assert caught.value.finding.rule == rule
