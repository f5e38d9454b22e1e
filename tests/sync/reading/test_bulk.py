"""Reading a file at once says exactly what reading it row by row says."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.sync.plan.keys import civic_keys
from services.sync.reading.child import tell
from services.sync.reading.frames import HEADER, Done, Found, Kind, Rows, decode
from services.sync.reading.mapping import Mapping, shipped
from services.sync.reading.process import ReadTask
from shared.kit.ids import new_id
from tests.sync.town import JOINED, KEY, TODAY, joined_zip, oneroster_zip, town

_KEYS = civic_keys(KEY, new_id())
# Our own ids and sealed numbers differ each time.
_DIFFERENT = {"person": {4, 13}}


def said(content: bytes, mapping: Mapping, *, row_by_row: bool) -> tuple[dict[str, Any], list[Any], Done]:
    """Rows by kind, findings and the summary, comparable."""
    out = io.BytesIO()
    task = json.loads(ReadTask(mapping, _KEYS, TODAY).line()) | {"rowByRow": row_by_row}
    tell(task, lambda: content, out.write)
    out.seek(0)
    rows: dict[str, list[list[Any]]] = {}
    findings: list[Any] = []
    while header := out.read(HEADER.size):
        kind, length = HEADER.unpack(header)
        frame = decode(Kind(kind), out.read(length))
        if isinstance(frame, Rows):
            read = csv.reader(io.StringIO(frame.csv.decode()))
            different = _DIFFERENT.get(frame.entity, {4})
            rows.setdefault(frame.entity, []).extend(
                [bool(cell) if place in different else cell for place, cell in enumerate(row)] for row in read
            )
        elif isinstance(frame, Found):
            findings += frame.findings
        elif isinstance(frame, Done):
            done = frame
    return {kind: sorted(found) for kind, found in rows.items()}, sorted(findings, key=str), replace(done, prints=None)


def same(content: bytes, mapping: Mapping) -> None:
    assert said(content, mapping, row_by_row=False) == said(content, mapping, row_by_row=True)


def test_a_municipality_is_read_the_same_at_once_and_row_by_row() -> None:
    same(oneroster_zip(town()), shipped("oneroster-1.2"))
    same(joined_zip(town()), JOINED)


_MAPPING = Mapping.model_validate(
    {
        "name": "random",
        "files": [
            {
                "file": "a.csv",
                "trailer": "SLUT",
                "skip": {"column": "Status", "in": ["borta"]},
                "emits": [
                    {"collect": "barn", "when": {"column": "Roll", "in": ["Barn"]}, "fields": {"id": "Id"}},
                    {
                        "entity": "person",
                        "repeats": True,
                        "fields": {
                            "sourceId": "Id",
                            "givenName": "Namn",
                            "familyName": "Efternamn",
                            "email": "Post",
                            "login": "Inloggning",
                            "nationalId": {"column": "Nummer", "pick": "nationalId"},
                            "marking": "Skydd",
                        },
                        "values": {"marking": {"Ingen": "none"}},
                    },
                    {
                        "entity": "enrolment",
                        "when": {"column": "Roll", "in": ["barn"]},
                        "fields": {"person": "Id", "unit": "Namn", "schoolYear": "Status", "startsOn": "Post"},
                    },
                ],
            },
            {
                "file": "b.csv",
                "emits": [
                    {
                        "entity": "person",
                        "fields": {"sourceId": "Id", "givenName": "Namn", "familyName": "Efternamn"},
                    },
                    {
                        "entity": "responsible",
                        "when": {"column": "Id", "collected": "barn"},
                        "fields": {"child": "Id", "guardian": "Andra"},
                        "each": "guardian",
                    },
                ],
            },
        ],
    }
)
_HEADERS = {
    "a.csv": ["Id", "Namn", "Efternamn", "Post", "Inloggning", "Nummer", "Skydd", "Roll", "Status", "Annat"],
    "b.csv": ["Id", "Namn", "Efternamn", "Andra"],
}
_CELLS = st.sampled_from(
    [
        *("", " ", "e1", "e2", "E1", "e1 ", "Åsa", "A\u030asa", "Ann  Marie", "Ann Marie", "Ann?", "straße", "\u017f"),
        *("x@y.se", "x@y", "X@Y.SE", "{nationalId:181501012388}", "{nationalId:18150101-2388}", "181501012388"),
        *("{nationalId:180001010000}", "{nationalId:8001010000}", "{x:1},{nationalid: 181501012388}", "198001011234"),
        *("Ingen", "ja", "Barn", "barn", "borta", "2026-08-17", "20260817", "2026-13-01", "7", "\u00b2", "SLUT"),
        *('a"b', '"', "a,b", "a, b ,e2", "a\nb", "a\r\nb", "\x07", "\u200b", "\u00a0x", "x" * 201),
    ]
)


@st.composite
def _file(draw: st.DrawFn, name: str) -> bytes:
    header = _HEADERS[name]
    usual = st.tuples(st.sampled_from(["e1", "e2", "e3", "e4"]), *[_CELLS] * (len(header) - 1)).map(list)
    plain = st.sampled_from([f"e{n}" for n in range(9)]).map(
        lambda sid: [sid, "Åsa", "Ek", "a@b.se", "log", "", "Ingen", "Barn", "7", "x"][: len(header)]
    )
    odd = st.lists(_CELLS, min_size=0, max_size=len(header) + 1)
    rows = draw(st.lists(st.one_of(plain, plain, usual, odd), max_size=12))
    if draw(st.booleans()):
        rows.append(["SLUT", str(draw(st.sampled_from([len(rows), 1])))])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerows([header, *rows])
    body = text.getvalue() + draw(st.sampled_from(["", "", "x", "\n", "e1,Åsa"]))
    return body.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252"])), errors="replace")


@given(_file("a.csv"), _file("b.csv"))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_the_cells(first: bytes, second: bytes) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        pack.writestr("a.csv", first)
        pack.writestr("b.csv", second)
    same(target.getvalue(), _MAPPING)
