"""Faults that a register has every night: told again and again, since nobody mends them."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from cli.demo_roster.civic import CivicNumbers
from cli.demo_roster.joined import TRAILER

Rows = list[list[str]]
_NOBODY = CivicNumbers(Random(99)).next()


@dataclass(frozen=True)
class Layout:
    """Where a format tells of pupils: the file and its columns; `number` is how a national number is written there, and
    `places` (file, column, columns) are the rows by which they are enrolled."""

    people: str
    columns: dict[str, str]
    number: str
    places: tuple[str, str, tuple[str, ...]]
    delimiter: str = ","


ONEROSTER = Layout(
    "users.csv",
    {"id": "sourcedId", "civic": "userIds", "given": "givenName", "family": "familyName", "login": "username"},
    "{{nationalId:{}}}",
    ("roles.csv", "userSourcedId", ()),
)
JOINED = Layout(
    "elever.csv",
    {
        "id": "Elev ID",
        "civic": "Elev Personnummer",
        "given": "Elev Förnamn",
        "family": "Elev Efternamn",
        "login": "Inloggning",
    },
    "{}",
    ("elever.csv", "Elev ID", ("Enhetskod", "Skolform", "Årskurs", "Klass-ID", "Klass")),
    ";",
)


class Delivery:
    """The files of a delivery as rows; the first one of each is its header."""

    def __init__(self, content: bytes, layout: Layout) -> None:
        self.layout = layout
        self._ends: dict[str, Rows] = {}
        self.files: dict[str, Rows] = {}
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            for name in pack.namelist():
                rows = list(csv.reader(io.StringIO(pack.read(name).decode("utf-8-sig")), delimiter=layout.delimiter))
                self._ends[name] = [row for row in rows if row[:1] == [TRAILER]]
                self.files[name] = [row for row in rows if row[:1] != [TRAILER]]

    def content(self) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as pack:
            for name, rows in self.files.items():
                text = io.StringIO()
                ends = [[TRAILER, str(len(rows) - 1)] for _ in self._ends[name]]
                csv.writer(text, delimiter=self.layout.delimiter, lineterminator="\r\n").writerows([*rows, *ends])
                pack.writestr(name, text.getvalue())
        return target.getvalue()

    def of(self, one: str) -> Rows:
        """The own rows of a pupil."""
        place = self.place("id")
        return [row for row in self.files.get(self.layout.people, [])[1:] if len(row) > place and row[place] == one]

    def place(self, field: str) -> int:
        return self.files[self.layout.people][0].index(self.layout.columns[field])

    def put(self, one: str, **cells: str) -> None:
        """Other cells in all own rows of a pupil."""
        for row in self.of(one):
            for field, cell in cells.items():
                row[self.place(field)] = cell

    def again(self, one: str, **cells: str) -> None:
        """One more of the own rows of a pupil, with other cells."""
        for row in self.of(one)[:1]:
            more = list(row)
            for field, cell in cells.items():
                more[self.place(field)] = cell
            self.files[self.layout.people].append(more)


Fault = Callable[[Delivery, str, str], None]


def nameless(told: Delivery, one: str, _: str) -> None:
    told.put(one, family="")


def misnumbered(told: Delivery, one: str, _: str) -> None:
    told.put(one, civic=told.layout.number.format("181501012388"))


def told_twice(told: Delivery, one: str, _: str) -> None:
    """Under two ids, with one number."""
    told.again(one, id=f"en-till-{one}", login="")


def login_twice(told: Delivery, one: str, other: str) -> None:
    for row in told.of(other)[:1]:
        told.put(one, login=row[told.place("login")])


def id_given_anew(told: Delivery, one: str, _: str) -> None:
    told.put(one, given="Obekant", family="Främling", civic=told.layout.number.format(_NOBODY), login="")


def number_of_another(told: Delivery, one: str, other: str) -> None:
    for row in told.of(other)[:1]:
        told.put(one, civic=row[told.place("civic")])


def namesake(told: Delivery, one: str, _: str) -> None:
    """Under another id everywhere, and without any mark."""
    told.put(one, civic="", login="")
    for rows in told.files.values():
        for row in rows:
            row[:] = [f"ny-{one}" if cell == one else cell for cell in row]


def not_enrolled(told: Delivery, one: str, _: str) -> None:
    """Still in classes."""
    name, column, cells = told.layout.places
    rows = told.files.get(name, [[column]])
    mine = [row for row in rows[1:] if len(row) > 3 and row[rows[0].index(column)] == one]
    for row in mine:
        for cell in cells:
            row[rows[0].index(cell)] = ""
    if not cells:
        told.files[name] = [row for row in rows if row not in mine]


def contradictory(told: Delivery, one: str, _: str) -> None:
    told.again(one, given="Annorlunda")


FAULTS: tuple[Fault, ...] = (
    nameless,
    misnumbered,
    told_twice,
    login_twice,
    id_given_anew,
    number_of_another,
    namesake,
    not_enrolled,
    contradictory,
)


def with_faults(content: bytes, layout: Layout, faults: Sequence[tuple[Fault, str, str]]) -> bytes:
    """The delivery with these faults, each about one pupil and maybe another."""
    told = Delivery(content, layout)
    for fault, one, other in faults:
        fault(told, one, other)
    return told.content()
