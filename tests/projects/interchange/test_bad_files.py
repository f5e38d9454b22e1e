"""Files with surprises: each is a clear finding, nothing is half applied, nothing is lost."""

import json
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.interchange.files import export, judge, post, send
from tests.projects.rows import own_row, read
from tests.projects.rows import send as call


def book(*rows: list[object], headings: tuple[str, ...] = ("Aktivitet", "Fas", "Start", "Slut", "Status")) -> Workbook:
    found = Workbook()
    sheet = found.worksheets[0]
    sheet.title = "Blad1"
    sheet.append(["Vår plan", None])
    sheet.append(list(headings))
    for row in rows:
        sheet.append(row)
    return found


def saved(workbook: Workbook) -> bytes:
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


async def phase(rollout: Rollout) -> str:
    return str((await rollout.get(f"/projects/{rollout.id}/phases")).json()["items"][0]["key"])


async def test_a_table_of_their_own_adds_rows_once_however_often_it_is_sent(rollout: Rollout) -> None:
    content = saved(book(["Beställ skyltar", await phase(rollout), "mars 2027", None, "Planerad"]))
    judged = await send(rollout, content)
    assert await judged.findings("error") == []
    (change,) = await judged.changes()
    fields = {one["field"]: one["after"] for one in change["fields"]}
    assert change["kind"] == "created"
    assert (fields["start"], fields["end"], fields["precision"]) == ("2027-03-01", "2027-03-31", "month")
    assert (await judged.apply()).status_code == 200
    again = await send(rollout, content)
    assert await again.changes() == []


async def test_surprises_of_a_workbook_are_found_cell_by_cell(rollout: Rollout) -> None:
    key = await phase(rollout)
    workbook = book(
        ["A", key, "31.2.2027", None, "Planerad"],
        ["B", key, 60, None, "Planerad"],
        ["C", key, 46447, None, "Planerad"],
        ["D", "Fasen som inte finns", "2027-03-01", "2027-02-01", "Strax"],
        ["E", key, "=TODAY()", None, None],
        [None, key, "2027-03-01", None, None],
        ["G", key, datetime(2027, 3, 1), None, None],  # noqa: DTZ001 - as a sheet holds it
        ["H", key, None, None, None],
    )
    workbook.worksheets[0].merge_cells("B9:B10")
    judged = await send(rollout, saved(workbook))
    found = {(one["code"], one["row"], one["column"]) for one in await judged.findings()}
    assert {
        ("date_no_such_day", 3, "C"),
        ("date_out_of_range", 4, "C"),
        ("date_serial", 5, "C"),
        ("phase_unknown", 6, "B"),
        ("word_unknown", 6, "E"),
        ("dates_backwards", 6, "D"),
        ("formula_without_value", 7, "C"),
        ("title_missing", 8, "A"),
        ("merged_cells", 9, "B"),
    } <= found
    assert (await judged.apply()).status_code == 409
    assert all(one["mend"] for one in await judged.findings())


async def test_the_good_rows_can_be_taken_when_asked_for(rollout: Rollout) -> None:
    key = await phase(rollout)
    judged = await send(rollout, saved(book(["Bra", key, None, None, None], ["Dålig", "?", None, None, None])))
    refused = await judged.apply()
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("import-has-errors")
    applied = await judged.apply(all_or_nothing=False)
    assert applied.status_code == 200, applied.text
    listed = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    assert [row["title"]["sv"] for row in listed if row["title"]["sv"] in ("Bra", "Dålig")] == ["Bra"]


async def test_a_workbook_of_1904_counts_its_days_from_there(rollout: Rollout) -> None:
    workbook = book(["A", await phase(rollout), 46447 - 1462, None, None])
    workbook.epoch = CALENDAR_MAC_1904
    (change,) = await (await send(rollout, saved(workbook))).changes()
    assert {"field": "start", "before": None, "after": "2027-03-01"} in change["fields"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"  ", "tom"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "xlsx"),
        (b"PK\x03\x04 broken", "skadad"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><Project>&a;</Project>", "DTD"),
        (b"<Project><Tasks>", "avbruten"),
        (b"<html></html>", "projektplan"),
        (b"{]", "JSON"),
        (b'{"a": 1}', "Asana"),
    ],
)
async def test_a_file_that_is_nothing_is_refused_with_the_mend(rollout: Rollout, content: bytes, words: str) -> None:
    judged = await send(rollout, content)
    assert judged.row["state"] == "unreadable"
    headers = rollout.service.as_(LEADER) | {"Accept-Language": "sv"}
    path = f"/projects/v1/imports/{judged.row['id']}/findings"
    (finding,) = (await rollout.service.client.get(path, headers=headers)).json()["items"]
    assert words in finding["mend"]


async def test_a_bomb_is_not_unpacked(rollout: Rollout) -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(210 * 1024 * 1024))
    judged = await send(rollout, out.getvalue())
    assert judged.row["state"] == "unreadable"


async def test_a_row_that_somebody_changed_meanwhile_is_not_overwritten(rollout: Rollout) -> None:
    document = json.loads(await export(rollout, "json"))
    row = next(one for one in document["activities"] if one["sourceRef"] == "HAN-A2.02")
    row["title"] = "Ny rubrik från filen"
    await rollout.patch("HAN-A2.02", {"title": {"sv": "Ny rubrik i planen"}})
    judged = await send(rollout, json.dumps(document).encode())
    assert "changed_since" in await judged.codes()
    assert await judged.changes() == []
    assert (await rollout.activity("HAN-A2.02"))["title"]["sv"] == "Ny rubrik i planen"


async def test_a_row_that_changed_in_the_plan_alone_is_no_finding(rollout: Rollout) -> None:
    content = await export(rollout, "xlsx")
    await rollout.patch("HAN-A2.02", {"title": {"sv": "Ny rubrik i planen"}})
    judged = await send(rollout, content)
    assert await judged.findings("error", "warning") == []
    assert await judged.changes() == []


async def test_a_plan_that_changes_after_the_dry_run_refuses_it_and_names_the_row(rollout: Rollout) -> None:
    row = await own_row(rollout)
    document = json.loads(await export(rollout, "json"))
    next(one for one in document["activities"] if one["id"] == row["id"])["state"] = "started"
    judged = await send(rollout, json.dumps(document).encode())
    await call(rollout, "PATCH", f"/activities/{row['id']}", {"position": 3}, version=1)
    refused = await judged.apply()
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("import-outdated")
    assert refused.json()["activityIds"] == [row["id"]]
    assert (await read(rollout, row["id"]))["state"] == "planned"
    again = await post(rollout, f"/imports/{judged.row['id']}/dry-runs", json={})
    assert again.status_code == 202, again.text
    fresh = await judge(rollout, judged.row["id"])
    assert "changed_since" in await fresh.codes()


async def test_a_supplier_changes_its_own_rows_and_no_others(rollout: Rollout) -> None:
    document = json.loads(await export(rollout, "json"))
    listed = document["activities"]
    own = next(one for one in listed if one["side"] == "supplier" and not one["isChecklist"])
    other = next(one for one in listed if one["side"] == "customer")
    own["notes"], other["notes"] = "Klart i maj", "Inte deras"
    judged = await send(rollout, json.dumps(document).encode(), side="supplier")
    refused = [one for one in await judged.findings("error") if one["code"] == "not-yours-to-change"]
    assert len(refused) == 1
    assert (await judged.apply(side="supplier")).status_code == 409
    assert (await judged.apply(side="supplier", all_or_nothing=False)).status_code == 200
    assert (await read(rollout, own["id"]))["notes"] == "Klart i maj"
    assert (await read(rollout, other["id"]))["notes"] == ""


async def test_an_approved_plan_keeps_its_dates_and_goes_on_with_its_work(rollout: Rollout) -> None:
    for path, role in (("proposals", LEADER), ("approvals", APPROVER)):
        version = (await rollout.get(f"/projects/{rollout.id}")).json()["version"]
        said = {"comment": "Ja"}
        answer = await call(rollout, "POST", f"/projects/{rollout.id}/plan-{path}", said, role, version=version)
        assert answer.status_code in (200, 201), answer.text
    document = json.loads(await export(rollout, "json"))
    rows = [one for one in document["activities"] if one["start"] and one["precision"] == "month"][:2]
    rows[0]["start"], rows[0]["end"], rows[1]["notes"] = "2028-01-01", "2028-01-31", "Går bra"
    judged = await send(rollout, json.dumps(document).encode())
    assert [one["code"] for one in await judged.findings("error")] == ["plan-is-approved"]
    assert [one["kind"] for one in await judged.changes()] == ["refused", "updated"]


async def test_a_circle_of_imported_links_is_a_finding_with_its_path(rollout: Rollout) -> None:
    first, second = await own_row(rollout), await own_row(rollout)
    document = json.loads(await export(rollout, "json"))
    rows = {one["id"]: one for one in document["activities"]}
    rows[first["id"]]["predecessors"] = f"{second['id']}:FS:+0"
    rows[second["id"]]["predecessors"] = f"{first['id']}:SS:+2"
    judged = await send(rollout, json.dumps(document).encode())
    (circle,) = [one for one in await judged.findings("error") if one["code"] == "link_circle"]
    assert " → " in circle["value"]
    assert [one["kind"] for one in await judged.changes()] == ["link_added"]
    assert (await judged.apply()).status_code == 409


async def test_links_come_and_go_with_the_file(rollout: Rollout) -> None:
    first, second = await own_row(rollout), await own_row(rollout)
    document = json.loads(await export(rollout, "json"))
    row = next(one for one in document["activities"] if one["id"] == second["id"])
    row["predecessors"] = f"{first['id']}:FS:-2"
    assert (await (await send(rollout, json.dumps(document).encode())).apply()).status_code == 200
    links = (await rollout.get(f"/projects/{rollout.id}/dependencies?activityId={first['id']}")).json()["items"]
    assert [(one["type"], one["lagDays"]) for one in links] == [("FS", -2)]
    for name in ("xlsx", "mspdi", "csv", "json"):
        assert await (await send(rollout, await export(rollout, name))).changes() == [], name
    fresh = json.loads(await export(rollout, "json"))
    next(one for one in fresh["activities"] if one["id"] == second["id"])["predecessors"] = None
    assert (await (await send(rollout, json.dumps(fresh).encode())).apply()).status_code == 200
    assert (await rollout.get(f"/projects/{rollout.id}/dependencies?activityId={first['id']}")).json()["items"] == []


async def test_two_sheets_that_disagree_about_a_row_are_told(rollout: Rollout) -> None:
    workbook = load_workbook(BytesIO(await export(rollout, "xlsx")))
    for name, state in (("Plan", "Klar"), ("Checklista", "Påbörjad")):
        sheet = workbook[name]
        place = {str(cell.value): at for at, cell in enumerate(sheet[2], start=1)}["Status"]
        if sheet.max_row > 2:
            for number in range(3, sheet.max_row + 1):
                if sheet.cell(number, 1).value or sheet.cell(number, 5).value:
                    sheet.cell(number, place).value = state
    codes = await (await send(rollout, saved(workbook))).codes()
    has_checklist = workbook["Checklista"].max_row > 2
    assert ("said_twice" in codes) == has_checklist


async def test_who_sends_files_reads_and_leads_plans(rollout: Rollout) -> None:
    assert (await post(rollout, f"/projects/{rollout.id}/imports", "auditor@*", content=b"x")).status_code == 403
    judged = await send(rollout, b"Aktivitet;Fas\nA;?\n")
    erased = await call(
        rollout, "DELETE", f"/imports/{judged.row['id']}", None, version=(await judged.read())["version"]
    )
    assert erased.status_code == 204, erased.text
    assert (await rollout.get(f"/imports/{judged.row['id']}/findings")).status_code == 409
    assert (await judged.read())["state"] == "erased"


async def test_old_csv_from_excel_is_read_and_its_guess_is_told(rollout: Rollout) -> None:
    key = await phase(rollout)
    judged = await send(rollout, f"Aktivitet;Fas;Start\r\nMöte på rådhuset;{key};1.3.2027\r\n".encode("cp1252"))
    assert "encoding_guessed" in await judged.codes()
    (change,) = await judged.changes()
    assert change["title"] == "Möte på rådhuset"


async def test_the_format_follows_accept_and_an_impossible_one_is_refused(rollout: Rollout) -> None:
    path = f"/projects/v1/projects/{rollout.id}/exports"
    headers = rollout.service.as_(LEADER)
    for accept, media in (
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/vnd.ms-project", "application/xml"),
        ("text/html;q=0.9, */*;q=0.1", "application/json"),
        ("application/json;q=0.2, application/xml", "application/xml"),
    ):
        answer = await rollout.service.client.get(path, headers=headers | {"Accept": accept})
        assert answer.headers["content-type"] == media
    refused = await rollout.service.client.get(path, headers=headers | {"Accept": "image/png"})
    assert refused.status_code == 406
    linked = await rollout.service.client.get(f"{path}?format=csv", headers=headers | {"Accept": "image/png"})
    assert linked.content.startswith(b"\xef\xbb\xbf")
