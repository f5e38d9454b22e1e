"""A large synthetic register as a OneRoster 1.2 package, written straight into bytes: a million persons in seconds.

The people are as invented as those of `cli.demo_roster` (numbers of nobody, names from the same lists), only plainer:
one enrolment each, groups of twenty-five, memberships in as many groups as asked for. As in every real register, a
thousandth of them is told badly, night after night: a wrong number, no family name, the login name of another one.
"""

import io
import random
import zipfile
from dataclasses import dataclass
from itertools import cycle, islice

from cli.demo_roster.civic import luhn_digit
from cli.demo_roster.people import DOMAIN, pools

_SCHOOL = 500
_GROUP = 25
_FORMS = ("preschool", "compulsory", "upper_secondary", "adult")
_USERS = (
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,"
    "sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,metadata.securityMarking"
)
_ROLES = (
    "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    "userProfileSourcedId,metadata.schoolForm,metadata.schoolYear"
)
_ORGS = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.schoolForms"
_CLASSES = (
    "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
    "termSourcedIds,subjects,subjectCodes,periods,metadata.schoolForm"
)
_ENROLLMENTS = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
)


@dataclass(frozen=True)
class Register:
    """The rows of each file, without its header; `names` in the order of the package."""

    files: dict[str, tuple[str, list[str]]]

    @property
    def rows(self) -> int:
        """Rows of the roster that come of it: every line but none of the headers, and none of whom no name is told."""
        lines = sum(len(rows) for _, rows in self.files.values())
        persons, places = len(self.files["users.csv"][1]), len(self.files["enrollments.csv"][1])
        return lines - len(range(_NAMELESS[0], persons, _NAMELESS[1])) * (2 + places // persons)

    def bodies(self) -> dict[str, bytes]:
        """The content of each file."""
        return {name: "\n".join([header, *rows, ""]).encode() for name, (header, rows) in self.files.items()}

    def touched(self, seed: int) -> "Register":
        """The same facts: rows in another order, each with a new timestamp."""
        shuffle = random.Random(seed)
        files = {}
        for name, (header, rows) in self.files.items():
            touched = [row.replace(_STAMP, f"2026-11-22T06:{seed:02}:00Z") for row in rows]
            shuffle.shuffle(touched)
            files[name] = (header, touched)
        return Register(files)

    def changed(self, share: float) -> "Register":
        """Of `share` of the persons, half have another family name, the others have left altogether."""
        step = round(2 / share)
        files = dict(self.files)
        header, users = files["users.csv"]
        names = {row.split(",", 1)[0]: row.split(",") for row in users[::step]}
        gone = {row.split(",", 1)[0] for row in users[1::step]}
        kept = [row for row in users if row.split(",", 1)[0] not in gone]
        files["users.csv"] = (header, [_renamed(names.get(row.split(",", 1)[0]), row) for row in kept])
        for name, place in (("roles.csv", 3), ("enrollments.csv", 5)):
            header, rows = files[name]
            files[name] = (header, [row for row in rows if row.split(",", place + 1)[place] not in gone])
        return Register(files)


def _renamed(cells: list[str] | None, row: str) -> str:
    return row if cells is None else ",".join([*cells[:7], "Nyttnamn", *cells[8:]])


# First row and step of those with a wrong number, the login name of the one before, no family name.
_WRONG, _SHARED, _NAMELESS = (1007, 2000), (2015, 4000), (3009, 5000)
_STAMP = "2026-08-17T06:00:00Z"


def register(persons: int, memberships: int = 1) -> Register:
    """`persons` pupils with one enrolment and `memberships` groups each."""
    names = pools()["sv"]
    given, family = list(names["given"]), list(names["family"])
    schools = max(1, persons // _SCHOOL)
    groups = max(memberships, persons * memberships // _GROUP)
    orgs = [f"kommun,,{_STAMP},Älvsunda kommun,district,990000,,"]
    orgs += [
        f"skola{n:05},,{_STAMP},Skola {n},school,98{n:06},kommun,{_FORMS[n % len(_FORMS)]}" for n in range(schools)
    ]
    numbers = _numbers(persons)
    users = [
        f"elev{n:07},,{_STAMP},true,elev{n:07}@{DOMAIN},{{nationalId:{number}}},{given[n % len(given)]},"
        f"{family[n * 7 % len(family)]},,elev{n:07},elev{n:07}@{DOMAIN},,,,,,,,,,,,,Ingen"
        for n, number in enumerate(numbers)
    ]
    _spoil(users)
    roles = [
        f"roll{n:07},,{_STAMP},elev{n:07},primary,student,2026-08-17,,skola{n % schools:05},,"
        f"{_FORMS[n % schools % len(_FORMS)]},{n % 9 + 1}"
        for n in range(persons)
    ]
    classes = [
        f"grupp{n:06},,{_STAMP},Grupp {n},,kurs,,{'scheduled' if n % 3 else 'homeroom'},,skola{n % schools:05},,,,,"
        for n in range(groups)
    ]
    enrollments = [
        f"plats{n * memberships + turn:08},,{_STAMP},grupp{(n + turn * 7919) % groups:06},,elev{n:07},student,,,"
        for n in range(persons)
        for turn in range(memberships)
    ]
    return Register(
        {
            "roles.csv": (_ROLES, roles),
            "orgs.csv": (_ORGS, orgs),
            "users.csv": (_USERS, users),
            "classes.csv": (_CLASSES, classes),
            "enrollments.csv": (_ENROLLMENTS, enrollments),
        }
    )


def _spoil(users: list[str]) -> None:
    """Tell some badly, in place: none of those that `Register.changed` changes."""
    wrong, shared, nameless = (range(start, len(users), step) for start, step in (_WRONG, _SHARED, _NAMELESS))
    rows = {n: users[n].split(",") for n in (*wrong, *shared, *nameless)}
    for n in wrong:
        number = rows[n][5]
        rows[n][5] = f"{number[:-2]}{(int(number[-2]) + 1) % 10}}}"
    for n in shared:
        rows[n][4] = users[n - 1].split(",")[4]
    for n in nameless:
        rows[n][7] = ""
    for n, row in rows.items():
        users[n] = ",".join(row)


def package(bodies: dict[str, bytes]) -> bytes:
    """The zip with its manifest, deflated as lightly as exports that are made in a hurry."""
    manifest = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"]
    manifest += [f"file.{name.removesuffix('.csv')},bulk" for name in bodies]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        pack.writestr("manifest.csv", "\n".join([*manifest, ""]))
        for name, body in bodies.items():
            pack.writestr(name, body)
    return target.getvalue()


def _numbers(count: int) -> list[str]:
    """Numbers of nobody, as `cli.demo_roster.civic` makes them: of the years 1800 to 1829."""
    dates = [
        f"{year}{month:02}{day:02}" for year in range(1800, 1830) for month in range(1, 13) for day in range(1, 29)
    ]
    per_date = -(-count // len(dates))
    serials = list(islice(cycle(f"{serial:03}" for serial in range(1, 1000)), per_date))
    numbers = (date + serial + luhn_digit(date[2:] + serial) for serial in serials for date in dates)
    return list(islice(numbers, count))
