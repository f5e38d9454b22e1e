"""Telling a file apart by its lines finds what comparing the facts of all its rows finds."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from random import Random

from services.sync.plan.keys import civic_keys
from services.sync.reading.apart import Former
from services.sync.reading.bulk import BulkReader
from services.sync.reading.emitting import Context
from services.sync.reading.file import FileReader, Reading
from services.sync.reading.frames import FrameWriter
from services.sync.reading.lines import is_like, lines_of, told_of
from services.sync.reading.mapping import Mapping
from services.sync.reading.partial import sheet_of
from services.sync.reading.source import Limits, open_source
from services.sync.reading.table import LINE
from services.sync.reading.touched import NotTouched, Sheet
from shared.kit.ids import new_id
from tests.sync.town import KEY, TODAY

_NIGHTS = 400
_KEYS = civic_keys(KEY, new_id())
_FILE = Mapping.model_validate(
    {
        "name": "random",
        "files": [
            {
                "file": "barn.csv",
                "emits": [
                    {"entity": "person", "fields": {"sourceId": "Id", "givenName": "Namn", "familyName": "Efternamn"}},
                    {"entity": "enrolment", "fields": {"person": "Id", "unit": "Enhet", "schoolYear": "Kurs"}},
                ],
            }
        ],
    }
).files[0]
_HEADER = ["Id", "Namn", "Annat", "Efternamn", "Enhet", "Kurs", "Stämpel"]
_CELLS = ("", "a", "a,b", 'sagt "så"', "två\nrader", "Åsa", "  ", "\x1f", "7")
Rows = list[list[str]]


def _row(random: Random, number: int) -> list[str]:
    unit, name = random.choice("xyz"), random.choice("abc")
    return [f"p{number}", name, random.choice("uv"), "Ek", unit, random.choice("123"), f"{random.randrange(3)}"]


def _first(random: Random) -> Rows:
    return [_row(random, random.randrange(60)) for _ in range(random.randrange(1, 50))]


def _next(rows: Rows, random: Random) -> Rows:
    """A night later: some came, went, changed, were told twice, or carry another stamp; perhaps in another order."""
    rows = [list(row) for row in rows if random.random() > 0.04]
    for _ in range(random.choice((0, 0, 1, 2, 4))):
        rows.insert(random.randint(0, len(rows)), _row(random, random.randrange(60)))
    for row in random.sample(rows, min(len(rows), random.choice((0, 1, 3, 6)))):
        row[random.randrange(len(row))] = random.choice(_CELLS)
    for row in random.sample(rows, min(len(rows), random.choice((0, 0, 2)))):
        rows.append([*row[:6], f"{random.randrange(3)}"])
    if rows and random.random() < 0.1:
        random.choice((list.pop, lambda row: row.append("för mycket")))(random.choice(rows))
    if random.random() < 0.3:
        random.shuffle(rows)
    return rows


def _body(rows: Rows, random: Random) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=random.choice(("\n", "\n", "\r\n"))).writerows([_HEADER, *rows])
    return text.getvalue().encode()


def _read(body: bytes, former: Former | None) -> FileReader:
    context = Context(FrameWriter(lambda _: None), _KEYS, TODAY, "se", fail_closed=False)
    source = open_source(body, "barn.csv", Limits())
    return FileReader(source, "barn.csv", _FILE, Reading(context, BulkReader(frozenset()), former))


def _seen(sheet: Sheet, reader: FileReader) -> tuple[object, ...]:
    """All that is done with a sheet, comparable; lines may be told in any order, and more than once."""
    all_lines = sheet.now[LINE]
    print_ = reader.print or {}
    return (
        sorted(sheet.came.to_list()),
        sorted(sheet.gone.drop(LINE).rows()),
        sorted(set(sheet.found.to_list())),
        sheet.at(all_lines).rows(),
        sheet.now.select(LINE, "0", "4").rows(),
        [print_[name] for name in ("about", "rows", "sums")],
    )


def test_lines_tell_what_all_facts_tell_whatever_came_went_or_changed() -> None:
    ways: Counter[str] = Counter()
    for seed in range(_NIGHTS):
        random = Random(seed)
        rows = _first(random)
        before, now = _body(rows, random), _body(_next(rows, random), random)
        print_ = _read(before, None).print
        if print_ is None:
            ways["row by row"] += 1
            continue
        found = [("barn.csv", random.randrange(2, 2 + len(rows))) for _ in range(random.choice((0, 1, 3)))]
        plain = {name: print_[name] for name in ("about", "rows", "sums")}
        by_lines = Former([print_], found, lambda: open_source(before, "barn.csv", Limits()))  # noqa: B023
        by_facts = Former([plain], found, lambda: open_source(before, "barn.csv", Limits()))  # noqa: B023
        reader, other = _read(now, by_lines), _read(now, by_facts)
        assert other.apart is None
        if reader.apart is None:
            ways["facts"] += 1
            continue
        ways["lines"] += 1
        one, two = sheet_of(reader, print_, by_lines), sheet_of(other, plain, by_facts)
        assert _seen(one, reader) == _seen(two, other), f"seed {seed}"
    assert ways["lines"] > _NIGHTS / 3, ways


def _with(former_body: bytes, read: Callable[[], bytes], now: bytes) -> FileReader:
    print_ = _read(former_body, None).print
    assert print_ is not None
    return _read(now, Former([print_], [], lambda: open_source(read(), "barn.csv", Limits())))


def test_the_former_file_is_not_even_fetched_where_every_line_stood_in_it() -> None:
    rows = _first(Random(3))

    def never() -> bytes:
        raise AssertionError("fetched")

    body = _body(rows, Random(1))
    again = b"\n".join([body.split(b"\n", 1)[0], *reversed(body.split(b"\n")[1:-1]), b""])
    apart = _with(body, never, again).apart
    assert apart is not None
    assert (len(apart.came), apart.gone.height) == (0, 0)


def test_a_former_file_that_is_not_the_one_of_the_print_tells_nothing_apart() -> None:
    rows = _first(Random(5))
    body, other = _body(rows, Random(1)), _body([*rows, _row(Random(2), 99)], Random(1))
    reader = _with(body, lambda: other, _body([*rows, _row(Random(4), 98)], Random(1)))
    assert reader.apart is None
    former = Former([reader.print or {}], [], lambda: open_source(other, "barn.csv", Limits()))
    try:
        sheet_of(reader, {"rows": len(rows), "sums": ["0", "0"]}, former)
    except NotTouched:
        return
    raise AssertionError("a delivery was told apart from another one than it was compared with")


def test_lines_with_other_stamps_are_all_unlike() -> None:
    rows = [_row(Random(n), n) for n in range(2_000)]
    seed = bytes(range(32))
    stamped = [[*row[:6], "ny"] for row in rows]
    lines = lines_of(_body(rows, Random(1)), seed)
    assert lines is not None
    told = told_of(lines)
    assert len(told["sample"]) < 600
    assert is_like(_body(rows[::-1], Random(1)), told, seed)
    assert is_like(_body([*rows[:1900], *stamped[1900:]], Random(1)), told, seed)
    assert not is_like(_body(stamped, Random(1)), told, seed)
