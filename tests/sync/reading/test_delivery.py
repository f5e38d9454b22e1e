"""Reading what was delivered: every way in which it can be broken is named with its place, and nothing runs away."""

import csv
import io
import json
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from services.sync.plan.keys import civic_keys
from services.sync.reading.canonical import ENTITIES
from services.sync.reading.findings import Fatal
from services.sync.reading.frames import Done, Found, Rows
from services.sync.reading.mapping import Mapping
from services.sync.reading.process import ReadTask, read_in_child
from shared.kit.ids import new_id
from tests.sync.town import (
    JOINED,
    KEY,
    ONEROSTER,
    TODAY,
    chunks,
    frames,
    joined_zip,
    member,
    oneroster_zip,
    repacked,
    town,
)

KEYS = civic_keys(KEY, new_id())
STAFF = Mapping.model_validate(
    {
        "name": "personal",
        "files": [
            {
                "file": "personal.csv",
                "emits": [
                    {
                        "entity": "person",
                        "fields": {
                            "sourceId": "ID",
                            "givenName": "Förnamn",
                            "familyName": "Efternamn",
                            "marking": "Skydd",
                        },
                        "values": {"marking": {"Ingen": "none"}},
                    }
                ],
            }
        ],
    }
)
HEADER = "ID;Förnamn;Efternamn;Skydd\r\n"
ROW = "a1;Åsa;Öberg;Ingen\r\n"


class Read:
    """Everything that was read of one delivery."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {}
        self.findings: list[tuple[str, str, int | None, str | None]] = []
        self.done: Done | None = None

    @property
    def rules(self) -> Counter[str]:
        return Counter(finding[0] for finding in self.findings)


async def read(content: bytes, mapping: Mapping = ONEROSTER, *, in_child: bool = False, **limits: Any) -> Read:
    task = ReadTask(mapping, KEYS, TODAY, **limits)
    found = Read()
    async for frame in read_in_child(task, chunks(content)) if in_child else frames(task, content):
        if isinstance(frame, Rows):
            found.rows.setdefault(frame.entity, []).extend(parsed(frame))
        elif isinstance(frame, Found):
            found.findings += frame.findings
        else:
            found.done = frame
    return found


def parsed(frame: Rows) -> Iterator[dict[str, str]]:
    columns = ENTITIES[frame.entity].columns if frame.entity in ENTITIES else ("kind", "sid")
    for row in csv.reader(io.StringIO(frame.csv.decode())):
        yield dict(zip(columns, row, strict=False))


async def fault(content: bytes, mapping: Mapping = ONEROSTER, **more: Any) -> tuple[str, str]:
    """The rule and the file of the fatal finding."""
    with pytest.raises(Fatal) as caught:
        await read(content, mapping, **more)
    return caught.value.finding.rule, caught.value.finding.file


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, body in files.items():
            pack.writestr(name.replace("_csv", ".csv"), body)
    return target.getvalue()


async def test_a_whole_package_is_read_row_by_row() -> None:
    small = town()
    found = await read(oneroster_zip(small), in_child=True)
    assert found.rules == {}
    assert len(found.rows["person"]) == len(small.persons)
    assert len(found.rows["membership"]) == len(small.memberships)
    assert len(found.rows["responsible"]) == len(small.responsibles)
    assert found.done is not None
    assert not found.done.incomplete & set(found.rows)
    assert "placement" in found.done.incomplete  # this mapping does not speak of placements


async def test_names_of_all_languages_come_through_unchanged() -> None:
    small = town(pupils=300)
    found = await read(oneroster_zip(small))
    wanted = {person.id: person.family for person in small.persons if person.marking == "Ingen"}
    assert {row["sid"]: row["family_name"] for row in found.rows["person"] if row["protected"] == "f"} == wanted
    assert any(not name.isascii() for name in wanted.values())


async def test_windows_1252_is_read_and_told_by_file_and_line() -> None:
    found = await read((HEADER + ROW).encode("cp1252"), STAFF)
    assert [row["family_name"] for row in found.rows["person"]] == ["Öberg"]
    assert found.findings == [("not_utf8", "personal.csv", 1, None)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
async def test_a_byte_order_mark_decides_the_encoding(encoding: str) -> None:
    found = await read((HEADER + ROW).encode(encoding), STAFF)
    assert [row["given_name"] for row in found.rows["person"]] == ["Åsa"]
    assert found.rules == {"byte_order_mark": 1}


async def test_letters_that_an_export_has_lost_are_told() -> None:
    found = await read((HEADER + "a1;?ilu;Skum;Ingen\r\n").encode(), STAFF)
    assert found.rules == {"lost_characters": 1}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_the_delimiter_is_found_by_the_columns_of_the_mapping(delimiter: str) -> None:
    found = await read((HEADER + ROW).replace(";", delimiter).encode(), STAFF)
    assert [row["sid"] for row in found.rows["person"]] == ["a1"]


async def test_column_names_are_compared_without_case_blanks_and_composition() -> None:
    header = "id;  FO\u0308RNAMN ;efternamn;SKYDD\r\n"
    found = await read((header + ROW).encode(), STAFF)
    assert [row["given_name"] for row in found.rows["person"]] == ["Åsa"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"PK\x03\x04 this is not a zip", "broken_zip"),
        (oneroster_zip(town())[:-200], "broken_zip"),
        (b"\x7fELF\x00\x00\x00\x00", "not_a_table"),
        (b"", "empty_file"),
        (zipped(users_csv=b"sourcedId\r\n"), "manifest_wrong"),
    ],
)
async def test_what_is_no_delivery_is_refused_as_a_whole(content: bytes, rule: str) -> None:
    mapping = STAFF if not content.startswith(b"PK") else ONEROSTER
    assert (await fault(content, mapping))[0] == rule


async def test_a_damaged_entry_is_found_while_it_is_read() -> None:
    content = bytearray(oneroster_zip(town()))
    place = content.find(b"users.csv") + 60
    content[place : place + 8] = b"\xff" * 8
    assert await fault(bytes(content)) == ("broken_zip", "users.csv")


# Where an entry of the directory says it (APPNOTE 4.3.12), and by how much it is changed.
_LIES = {"CRC": (16, 1), "a larger size": (24, 1), "a smaller size": (24, -1), "another place": (42, 1)}


@pytest.mark.parametrize(("place", "more"), _LIES.values(), ids=list(_LIES))
async def test_an_entry_that_is_not_what_the_directory_says_is_refused(place: int, more: int) -> None:
    content = bytearray(oneroster_zip(town()))
    entry = content.rfind(b"users.csv") - 46
    (said,) = struct.unpack_from("<I", content, entry + place)
    struct.pack_into("<I", content, entry + place, said + more)
    assert await fault(bytes(content)) == ("broken_zip", "users.csv")


@pytest.mark.parametrize("name", ["../users.csv", "/etc/passwd", "folder/users.csv", "..\\users.csv", "C:users.csv"])
async def test_paths_in_a_zip_are_refused(name: str) -> None:
    target = io.BytesIO(oneroster_zip(town()))
    with zipfile.ZipFile(target, "a") as pack:
        pack.writestr(zipfile.ZipInfo(name), b"x")
    assert (await fault(target.getvalue()))[0] == "unsafe_path"


async def test_what_packing_tools_leave_behind_is_no_fault() -> None:
    target = io.BytesIO(oneroster_zip(town()))
    with zipfile.ZipFile(target, "a") as pack:
        pack.writestr("__MACOSX/._users.csv", b"x")
    assert (await read(target.getvalue())).rules == {}


async def test_a_zip_that_says_it_is_a_bomb_is_not_unpacked() -> None:
    bomb = repacked(oneroster_zip(town()), users_csv=b"0" * 50_000_000)
    assert len(bomb) < 100_000
    assert await fault(bomb) == ("zip_bomb", "users.csv")


async def test_a_zip_that_lies_about_its_sizes_is_stopped_while_it_is_unpacked() -> None:
    honest = oneroster_zip(town(pupils=300))
    expanded = sum(info.file_size for info in zipfile.ZipFile(io.BytesIO(honest)).infolist())
    rule, _ = await fault(honest, expanded_bytes=expanded // 2)
    assert rule == "zip_bomb"
    assert (await read(honest, expanded_bytes=expanded)).rules == {}


async def test_many_small_entries_are_a_bomb_too() -> None:
    assert (await fault(zipped(**{f"f{number}_csv": b"x" for number in range(101)})))[0] == "zip_bomb"


async def test_a_password_is_no_protection_that_we_can_read() -> None:
    content = bytearray(zipped(users_csv=b"a,b\r\n1,2\r\n"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + offset] |= 1
    assert await fault(bytes(content)) == ("encrypted_zip", "users.csv")


async def test_a_cell_without_end_costs_the_rest_of_the_file_and_no_more() -> None:
    wide = HEADER.encode() + b"a1;" + b"x" * 20_000_000 + b";b;Ingen\r\n"
    found = await read(wide, STAFF, in_child=True)
    assert found.rules == {"unreadable_rest": 1, "empty_file": 1}


async def test_a_delivery_beyond_the_memory_limit_is_a_finding_and_not_a_dead_worker() -> None:
    big = HEADER.encode() + ROW.encode() * 5_000_000
    assert (await fault(big, STAFF, in_child=True, memory_bytes=200 * 1024 * 1024))[0] == "too_large"


async def test_a_reader_that_takes_too_long_is_stopped() -> None:
    big = HEADER.encode() + b"".join(f"a{n};Namn{n};Namn{n};Ingen\r\n".encode() for n in range(2_000_000))
    assert (await fault(big, STAFF, in_child=True, cpu_seconds=1))[0] == "reader_died"


async def test_an_open_quotation_mark_costs_the_rest_of_the_file_and_is_told_by_line() -> None:
    body = HEADER + ROW + 'a2;"Åsa;Öberg;Ingen\r\n' + ROW.replace("a1", "a3") * 10_000
    found = await read(body.encode(), STAFF)
    assert ("unreadable_rest", "personal.csv", 3, None) in found.findings
    assert found.done is not None
    assert "person" in found.done.incomplete


async def test_rows_of_the_wrong_width_are_told_and_their_ids_still_count_as_delivered() -> None:
    found = await read((HEADER + ROW + "a2;Åsa\r\n" + "a3;Åsa;Öberg;Ingen;för;många\r\n").encode(), STAFF)
    assert [f for f in found.findings if f[0] == "wrong_column_count"] == [
        ("wrong_column_count", "personal.csv", 3, None),
        ("wrong_column_count", "personal.csv", 4, None),
    ]
    assert [(row["sid"], row["bad"]) for row in found.rows["person"]] == [("a1", "f"), ("a2", "t"), ("a3", "f")]


async def test_a_finding_never_repeats_the_value() -> None:
    found = await read((HEADER + "hemligt-id;;Hemlig;Ingen\r\n").encode(), STAFF)
    assert "emlig" not in json.dumps(found.findings)
    assert found.findings == [("value_missing", "personal.csv", 2, "Förnamn")]


async def test_a_register_that_uses_national_numbers_as_ids_leaves_only_hashes_behind() -> None:
    found = await read((HEADER + "198112289874;Åsa;Öberg;Ingen\r\n").encode(), STAFF)
    sid = found.rows["person"][0]["sid"]
    assert sid.startswith("h:")
    assert "9874" not in sid or len(sid) == 66


async def test_control_and_direction_characters_do_not_reach_the_roster() -> None:
    found = await read((HEADER + "a1;Å\u202esa\x07;Ö  berg;Ingen\r\n").encode(), STAFF)
    row = found.rows["person"][0]
    assert (row["given_name"], row["family_name"]) == ("Å sa", "Ö berg")


async def test_a_thousand_findings_of_a_kind_are_kept_and_all_are_counted() -> None:
    rows = "".join(f"a{number};;Öberg;Ingen\r\n" for number in range(1500))
    found = await read((HEADER + rows).encode(), STAFF)
    assert found.rules["value_missing"] == 1000
    assert found.done is not None
    assert found.done.counts["value_missing"] == 1500


async def test_a_delta_package_is_refused() -> None:
    content = oneroster_zip(town())
    manifest = member(content, "manifest.csv").replace(b"file.users,bulk", b"file.users,delta")
    assert await fault(repacked(content, manifest_csv=manifest)) == ("delta_not_supported", "users.csv")


async def test_a_file_that_the_manifest_promises_must_be_there() -> None:
    assert await fault(repacked(oneroster_zip(town()), classes_csv=None)) == ("file_missing", "classes.csv")


async def test_rows_to_be_deleted_count_as_not_delivered() -> None:
    content = oneroster_zip(town())
    users = member(content, "users.csv").replace(b"elev00001,,", b"elev00001,tobedeleted,", 1)
    found = await read(repacked(content, users_csv=users))
    assert "elev00001" not in {row["sid"] for row in found.rows["person"]}


async def test_joined_files_say_the_same_as_the_package() -> None:
    small = town()
    package, joined = await read(oneroster_zip(small)), await read(joined_zip(small), JOINED)
    for entity, keys in {
        "person": ("sid", "given_name", "family_name", "login_digest", "civic_hash", "protected"),
        "enrolment": ("person_sid", "unit_sid", "school_form", "school_year"),
        "duty": ("person_sid", "unit_sid", "role"),
        "responsible": ("child_sid", "guardian_sid"),
        "membership": ("group_sid", "person_sid", "role"),
        "unit": ("sid", "name", "kind", "parent_sid", "code"),
    }.items():
        one = {tuple(row[key] for key in keys) for row in package.rows[entity]}
        assert one == {tuple(row[key] for key in keys) for row in joined.rows[entity]}, entity


@pytest.mark.parametrize(
    "broken",
    [
        {"files": []},
        {"files": [{"file": "../x.csv", "emits": []}]},
        {"files": [{"file": "x.csv", "emits": [{"entity": "person", "fields": {"sourceId": "ID"}}]}]},
        {"files": [{"file": "x.csv", "emits": [{"entity": "unit", "fields": {"sourceId": "a", "naem": "b"}}]}]},
        {"files": [{"file": "x.csv", "emits": [{"entity": "sats", "fields": {}}]}]},
        {"unknown": 1},
    ],
)
def test_a_mapping_that_cannot_work_is_refused_before_anything_is_read(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Mapping.model_validate({"name": "x", **broken})
