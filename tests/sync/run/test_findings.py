"""A register's owner finds, understands and mends what is wrong from the list of findings alone."""

import csv
import io
from typing import Any

from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import member, oneroster_zip, repacked, town
from tests.sync.work import LOADER, load, plan, read

WRONG = "{nationalId:180802063405}"


def _pupils() -> list[str]:
    return [person.id for person in town().of_part("pupil") if person.marking == "Ingen"]


def _spoilt(cells: dict[str, dict[str, str]]) -> bytes:
    """A OneRoster delivery in which users.csv has other cells: by the user's sourcedId."""
    content = oneroster_zip(town())
    rows = list(csv.DictReader(io.StringIO(member(content, "users.csv").decode("utf-8-sig"))))
    for row in rows:
        row.update(cells.get(row["sourcedId"], {}))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return repacked(content, users_csv=out.getvalue().encode())


async def _findings(sync: ServiceUnderTest, run: dict[str, Any], asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await read(sync, f"/sync/v1/runs/{run['id']}/findings?limit=200&{asked}"))["items"]
    return found


async def test_a_finding_names_the_row_by_the_registers_own_id_its_unit_and_who_mends_it(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    pupil = _pupils()[0]
    run = await plan(sync, _spoilt({pupil: {"userIds": WRONG}}))
    found = await _findings(sync, run, "rule=civic_check_digit")
    assert len(found) == 1, run["findingCounts"]
    one = found[0]
    assert (one["entity"], one["rowRef"], one["mender"]) == ("person", pupil, "register_admin")
    assert one["file"] == "users.csv"
    assert one["line"] > 1
    units = (await read(sync, f"/sync/v1/runs/{run['id']}/plan-items?kind=unit&limit=200"))["items"]
    source_id = {
        item["id"]: change["after"] for item in units for change in item["changes"] if change["field"] == "sourceId"
    }
    assert source_id[one["unitId"]] in {row.unit for row in town().enrolments if row.person == pupil}
    assert await _findings(sync, run, f"unitId={one['unitId']}&rule=civic_check_digit") == found
    assert await _findings(sync, run, "mender=it&rule=civic_check_digit") == []
    assert await _findings(sync, run, "severity=error&rule=civic_check_digit") == []


async def test_a_finding_about_a_protected_person_tells_the_line_and_not_who(committed_service: Start) -> None:
    sync = await committed_service("sync")
    pupil = _pupils()[0]
    cells = {"userIds": WRONG, "metadata.securityMarking": "Sekretessmarkering"}
    run = await plan(sync, _spoilt({pupil: cells}))
    (one,) = await _findings(sync, run, "rule=civic_check_digit")
    assert one["line"] > 1
    assert one["rowRef"] is None


async def test_an_id_that_may_be_a_national_number_is_not_shown(committed_service: Start) -> None:
    sync = await committed_service("sync")
    first, second, third = _pupils()[:3]
    run = await plan(
        sync,
        _spoilt(
            {
                first: {"sourcedId": "180802063404", "userIds": WRONG},  # a number as it should be: kept as a hash
                second: {"sourcedId": "180802-3405", "userIds": WRONG},  # a wrong one, which nothing would hash
                third: {"sourcedId": "4711", "userIds": WRONG},
            }
        ),
    )
    found = await _findings(sync, run, "rule=civic_check_digit")
    assert [one["rowRef"] for one in found] == [None, None, "4711"]


async def test_a_tie_that_refers_to_nobody_is_told_at_its_unit(committed_service: Start) -> None:
    sync = await committed_service("sync")
    content = oneroster_zip(town())
    lines = member(content, "enrollments.csv").decode("utf-8-sig").splitlines()
    lines[1] = lines[1].replace(lines[1].split(",")[5], "elev99999")
    run = await plan(sync, repacked(content, enrollments_csv="\n".join(lines).encode() + b"\n"))
    (one,) = await _findings(sync, run, "rule=orphan_person")
    assert (one["entity"], one["line"]) == ("membership", 2)
    assert one["unitId"] is not None
    assert one["rowRef"] is None  # who that was, and whether protected, is not known


async def test_a_tie_to_somebody_whom_the_roster_knows_is_told_by_the_registers_id(committed_service: Start) -> None:
    sync = await committed_service("sync")
    content = oneroster_zip(town())
    await load(sync, content)
    known = _pupils()[0]
    users = [line for line in member(content, "users.csv").decode("utf-8-sig").splitlines() if f"{known}," not in line]
    run = await plan(sync, repacked(content, users_csv="\n".join(users).encode() + b"\n"))
    found = await _findings(sync, run, "rule=orphan_person")
    assert {one["rowRef"] for one in found} == {known}
    path = f"/sync/v1/runs/{run['id']}/findings/content"
    table = await sync.client.get(f"{path}?format=csv&rule=orphan_person", headers=sync.as_(LOADER))
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert (len(rows), rows[0][0], {row[7] for row in rows[1:]}) == (len(found) + 1, "Rule", {known})
    book = await sync.client.get(f"{path}?format=xlsx", headers=sync.as_(LOADER))
    assert book.content.startswith(b"PK")
    assert (await sync.client.get(path, headers=sync.as_("project_leader@*"))).status_code == 403
    stranger = sync.as_(LOADER, tenant=new_id())
    assert (await sync.client.get(path, headers=stranger)).status_code == 404
