"""Files that are broken, false or hostile: each is refused with its place and its mend, and the roster stays."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.deliveries import (
    JOINED,
    Files,
    announce,
    approve,
    changed,
    head,
    joined_roster,
    planned,
    roster,
    send,
    uploaded,
    with_users,
    zipped,
)
from tests.e2e.house import REGISTER, House, pointers, problem

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def roster_stays(house: House) -> Iterator[None]:
    """Whatever is sent here, the roster in force is the same afterwards."""
    before = head(house)
    yield
    assert head(house) == before


def _without(name: str) -> Callable[[Files], Files]:
    return lambda files: {key: body for key, body in files.items() if key != name}


def _first_column_gone(text: str) -> bytes:
    return "\n".join(line.partition(",")[2] for line in text.splitlines()).encode()


UNREADABLE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "cut off in the middle": (lambda: roster()[: len(roster()) // 2], "broken_zip", "file:"),
    "overwritten in the middle": (lambda: _spoilt(roster()), "broken_zip", "file:users.csv"),
    "no zip at all": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "manifest_wrong", "file:manifest.csv"),
    "an empty zip": (lambda: zipped({}), "manifest_wrong", "file:manifest.csv"),
    "paths that climb": (
        lambda: changed(roster(), lambda files: files | {"../../etc/passwd": b"x"}),
        "unsafe_path",
        "file:../../etc/passwd",
    ),
    "a zip bomb": (lambda: with_users(lambda _: b"\0" * 60_000_000), "zip_bomb", "file:users.csv"),
    "a zip of a thousand files": (
        lambda: changed(roster(), lambda files: files | {f"{number}.csv": b"" for number in range(1000)}),
        "zip_bomb",
        "file:",
    ),
    "a file left out": (lambda: changed(roster(), _without("users.csv")), "file_missing", "file:users.csv"),
    "a column left out": (lambda: with_users(_first_column_gone), "column_missing", "file:users.csv:1:sourcedId"),
    "an empty file": (lambda: with_users(lambda _: b""), "empty_file", "file:users.csv"),
    "binary cells": (lambda: with_users(lambda text: text.encode() + b"a\0b\n"), "not_a_table", "file:users.csv"),
    "another alphabet than any of ours": (
        lambda: with_users(lambda text: text.encode("cp500", "replace")),
        "column_missing",
        "file:users.csv:1:sourcedId",
    ),
}


def _spoilt(content: bytes) -> bytes:
    return content[:2000] + bytes(100) + content[2100:]


@pytest.mark.parametrize("name", list(UNREADABLE))
def test_a_delivery_that_cannot_be_read_says_where_and_what_to_do(house: House, name: str) -> None:
    make, rule, place = UNREADABLE[name]
    run, job = planned(house, uploaded(house, make()))

    assert (run["state"], run["planHash"], run["appliedVersion"]) == ("failed", None, None)
    assert run["findingCounts"] == {rule: 1}
    told = job["problem"]
    assert told["type"].endswith("/delivery-unreadable")
    assert [(error["pointer"], error["code"]) for error in told["errors"]] == [(place, rule)]
    assert len(told["detail"].split(". ")) == 2, "what is wrong, then what to do"
    problem(approve(house, run | {"planHash": "0" * 64}), 409, "run-not-planned")


def _spoil_rows(text: str) -> bytes:
    lines = text.splitlines()
    return "\n".join("x,y" if number % 10 < 3 and number else line for number, line in enumerate(lines)).encode()


def test_a_table_with_thirty_percent_bad_rows_is_held_and_every_bad_row_is_named(house: House) -> None:
    run, _ = planned(house, uploaded(house, with_users(_spoil_rows)))

    assert (run["state"], run["guard"]) == ("planned", "held")
    reason = next(reason for reason in run["guardReasons"] if reason["code"] == "too_many_bad_rows")
    assert (reason["file"], reason["count"]) == ("users.csv", next(f["badRows"] for f in run["files"] if f["badRows"]))
    found = house.each(f"/sync/v1/runs/{run['id']}/findings?rule=wrong_column_count", REGISTER)
    assert len(found) == reason["count"]
    assert all(one["line"] and one["file"] == "users.csv" and one["message"] and one["mend"] for one in found)
    told = problem(approve(house, run), 422, "reason-missing")
    assert told["reasons"]


def test_what_is_cut_off_inside_a_file_is_held(house: House) -> None:
    run, _ = planned(house, uploaded(house, with_users(lambda text: text.encode()[: len(text) // 2])))
    assert run["guard"] == "held"
    assert "incomplete_file" in {reason["code"] for reason in run["guardReasons"]}


@pytest.mark.parametrize(
    ("encoding", "read_as", "finding"),
    [("utf-16", "utf-16", "byte_order_mark"), ("utf-8-sig", "utf-8-sig", "byte_order_mark")],
)
def test_other_unicode_encodings_are_read_and_told(house: House, encoding: str, read_as: str, finding: str) -> None:
    run, _ = planned(house, uploaded(house, with_users(lambda text: text.encode(encoding))))
    assert run["state"] == "planned"
    assert finding in run["findingCounts"]
    assert read_as in [file["encoding"] for file in run["files"]]


def test_letters_that_an_encoding_lost_are_told(house: House) -> None:
    run, _ = planned(house, uploaded(house, with_users(lambda text: text.encode("latin-1", "replace"))))
    assert {"not_utf8", "lost_characters"} <= run["findingCounts"].keys()
    found = house.each(f"/sync/v1/runs/{run['id']}/findings?rule=not_utf8", REGISTER)
    assert found[0]["mend"]


def test_joined_files_need_a_mapping_and_name_the_column_that_is_missing(house: House) -> None:
    content = joined_roster()
    told = problem(announce(house, content, kind="joined_files"), 422)
    assert "mapping" in told["errors"][0]["detail"]
    good, _ = planned(house, uploaded(house, content, kind="joined_files", mapping=JOINED))
    assert good["state"] == "planned", good
    spoilt: dict[str, Any] = dict(JOINED) | {
        "files": [_renamed(JOINED["files"][0]), *JOINED["files"][1:]],
    }
    run, job = planned(house, uploaded(house, content, kind="joined_files", mapping=spoilt))
    assert run["state"] == "failed"
    assert job["problem"]["errors"][0]["pointer"].endswith(":1:Kolumnen som inte finns")


def _renamed(file: dict[str, Any]) -> dict[str, Any]:
    emit = next(emit for emit in file["emits"] if "sourceId" in emit["fields"])
    other = emit | {"fields": emit["fields"] | {"sourceId": "Kolumnen som inte finns"}}
    return file | {"emits": [other if each is emit else each for each in file["emits"]]}


ANNOUNCEMENTS: dict[str, tuple[dict[str, Any], int, str | None]] = {
    "no size": ({"size": 0}, 422, "#/size"),
    "a size beyond every number": ({"size": 10**30}, 413, None),
    "more than is taken": ({"size": 512 * 1024 * 1024 + 1}, 413, None),
    "a checksum that is none": ({"sha256": "abc"}, 422, "#/sha256"),
    "another kind": ({"kind": "sql_dump"}, 422, "#/kind"),
    "a source that is a path": ({"source": "../../etc"}, 422, "#/source"),
    "an unknown field": ({"path": "/etc/passwd"}, 422, "#/path"),
    "half a mapping": ({"mapping": {"name": "x"}}, 422, "#/mapping/files"),
}


@pytest.mark.parametrize("name", list(ANNOUNCEMENTS))
def test_a_false_announcement_is_refused_with_its_place(house: House, name: str) -> None:
    more, status, place = ANNOUNCEMENTS[name]
    told = problem(announce(house, roster(), **more), status)
    assert place is None or pointers(told) == {place}


def test_other_bytes_than_announced_are_not_kept_and_the_right_ones_still_fit(house: House) -> None:
    content = roster()
    announced = announce(house, content).json()
    problem(send(house, announced, content[:-1]), 422)
    problem(send(house, announced, content[:-1] + b"x"), 422, "checksum-mismatch")
    problem(send(house, announced, content + b"x"), 413)
    problem(send(house, announced, b""), 422)
    assert house.read(f"/sync/v1/uploads/{announced['id']}", REGISTER)["state"] == "declared"
    start = house.ask("POST", "/sync/v1/runs", REGISTER, json={"uploadId": announced["id"]})
    problem(start, 409, "upload-not-stored")
    assert send(house, announced, content).status_code == 200
    problem(send(house, announced, content), 412)
    problem(send(house, announced, content, **{"If-Match": '"2"'}), 409, "upload-already-stored")
