"""The synthetic municipality: repeatable, of the promised size, in valid packages, and nobody in it can exist."""

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import build_app
from cli.demo_roster import Dirt, generate
from cli.demo_roster.civic import luhn_digit
from cli.demo_roster.municipality import build


def rows(archive: Path, name: str, delimiter: str = ",", encoding: str = "utf-8") -> list[dict[str, str]]:
    with zipfile.ZipFile(archive) as pack:
        return list(csv.DictReader(io.StringIO(pack.read(name).decode(encoding)), delimiter=delimiter))


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    once = generate(tmp_path / "a", pupils=300, seed=7, staff_share=0.05, dirt=list(Dirt))
    again = generate(tmp_path / "b", pupils=300, seed=7, staff_share=0.05, dirt=list(Dirt))
    other = generate(tmp_path / "c", pupils=300, seed=8, staff_share=0.05, dirt=list(Dirt))
    assert once.oneroster.read_bytes() == again.oneroster.read_bytes()
    assert once.joined.read_bytes() == again.joined.read_bytes()
    assert once.joined.read_bytes() != other.joined.read_bytes()


def test_the_staff_has_the_head_counts_of_the_plan_and_the_pupils_spread_over_all_forms() -> None:
    town = build()
    assert Counter(duty.role for duty in town.duties) == {
        "school_administrator": 100,
        "advanced_user": 5,
        "teacher": 2500,
        "central_administrator": 5,
        "school_leader": 100,
    }
    assert len(town.of_part("pupil")) == 12_000
    assert {form for unit in town.units for form in unit.forms} == {
        "preschool", "compulsory", "leisure", "upper_secondary", "adult",
    }  # fmt: skip
    assert {enrolment.form for enrolment in town.enrolments} == {form for unit in town.units for form in unit.forms}
    assert any(person.marking != "Ingen" for person in town.persons)
    for rows_with_id in (town.units, town.persons, town.groups):
        assert len({row.id for row in rows_with_id}) == len(rows_with_id)


def test_every_pupil_has_a_guardian_an_enrolment_and_a_home_group_that_exist() -> None:
    town = build(pupils=500, seed=3, staff_share=0.1)
    persons = {person.id for person in town.persons}
    groups = {group.id for group in town.groups}
    assert len(persons) == len(town.persons)
    for pupil in town.of_part("pupil"):
        assert pupil.id in {tie.child for tie in town.responsibles}
        assert pupil.id in {enrolment.person for enrolment in town.enrolments}
    assert {m.group for m in town.memberships} <= groups
    assert {m.person for m in town.memberships} <= persons


def test_civic_numbers_are_well_formed_but_of_nobody_who_ever_got_one() -> None:
    numbers = [person.civic for person in build(pupils=500, staff_share=0.1).persons]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert len(number) == 12
        assert 1800 <= int(number[:4]) <= 1829
        assert number[-1] == luhn_digit(number[2:-1])


def test_the_oneroster_package_declares_its_files_and_refers_only_to_what_it_holds(tmp_path: Path) -> None:
    files = generate(tmp_path, pupils=300, staff_share=0.05)
    manifest = {row["propertyName"]: row["value"] for row in rows(files.oneroster, "manifest.csv")}
    assert manifest["oneroster.version"] == "1.2"
    with zipfile.ZipFile(files.oneroster) as pack:
        for name in pack.namelist():
            assert name == "manifest.csv" or manifest[f"file.{name.removesuffix('.csv')}"] == "bulk"
    users = {row["sourcedId"] for row in rows(files.oneroster, "users.csv")}
    orgs = {row["sourcedId"] for row in rows(files.oneroster, "orgs.csv")}
    for role in rows(files.oneroster, "roles.csv"):
        assert role["userSourcedId"] in users
        assert role["orgSourcedId"] in orgs


def test_each_kind_of_dirt_is_counted_and_only_made_when_asked_for(tmp_path: Path) -> None:
    clean = generate(tmp_path / "clean", pupils=300, staff_share=0.05)
    assert clean.town.dirt == {}
    for kind in (Dirt.duplicates, Dirt.national_ids, Dirt.orphans, Dirt.bad_rows):
        spoiled = generate(tmp_path / kind, pupils=300, staff_share=0.05, dirt=[kind])
        assert {name.split(".")[0] for name in spoiled.town.dirt} == {kind.value}
        assert all(count > 0 for count in spoiled.town.dirt.values())


def test_encoding_dirt_makes_a_file_that_is_not_utf8_and_one_with_a_mark(tmp_path: Path) -> None:
    files = generate(tmp_path, pupils=300, staff_share=0.05, dirt=["encoding"])
    with zipfile.ZipFile(files.oneroster) as pack:
        with pytest.raises(UnicodeDecodeError):
            pack.read("users.csv").decode()
        assert pack.read("orgs.csv").startswith(b"\xef\xbb\xbf")


def test_the_command_writes_the_files_and_prints_what_is_in_them(tmp_path: Path) -> None:
    wishes = ["--pupils", "100", "--staff-share", "0.02", "--json", "--dirt", "orphans"]
    arguments = ["demo-roster", "--out", str(tmp_path), *wishes]
    result = CliRunner().invoke(build_app(arguments), arguments)
    assert result.exit_code == 0, result.output
    assert '"pupils": 100' in result.output
    written = {"oneroster.zip", "totalfiler.zip", "mapping.json", "ss12000.zip", "stil.zip"}
    assert {path.name for path in tmp_path.iterdir()} == written


def test_every_kind_of_dirt_can_be_written_in_the_registers_formats(tmp_path: Path) -> None:
    once = generate(tmp_path / "a", pupils=100, staff_share=0.02, dirt=list(Dirt), registers=True)
    again = generate(tmp_path / "b", pupils=100, staff_share=0.02, dirt=list(Dirt), registers=True)
    for one, other in ((once.ss12000, again.ss12000), (once.stil, again.stil)):
        assert one is not None
        assert other is not None
        assert one.read_bytes() == other.read_bytes()
