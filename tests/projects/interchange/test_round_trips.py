"""A plan that goes out and comes back changes no fact; a changed cell is the only change."""

import json
from io import BytesIO

import pytest
from openpyxl import load_workbook

from shared.kit import clock
from tests.projects.conftest import CreateRollout, Rollout
from tests.projects.interchange.files import export, send
from tests.projects.rows import divide, units


@pytest.fixture
async def rollout(create_rollout: CreateRollout) -> Rollout:
    return await create_rollout(templateVersion="1.1.0")


@pytest.mark.parametrize("lang", ["sv", "en", "da"])
@pytest.mark.parametrize("name", ["json", "csv", "xlsx", "mspdi"])
async def test_a_plan_that_comes_back_untouched_changes_nothing(rollout: Rollout, name: str, lang: str) -> None:
    judged = await send(rollout, await export(rollout, name, lang))
    assert judged.row["state"] == "judged", await judged.findings()
    assert await judged.findings("error", "warning") == []
    assert await judged.changes() == []
    counts = judged.row["counts"]
    assert counts["untouched"] > 50
    assert (counts["created"], counts["updated"], counts["refused"]) == (0, 0, 0)


@pytest.mark.parametrize("name", ["json", "csv", "xlsx", "mspdi"])
async def test_without_fingerprints_the_values_themselves_show_that_nothing_changed(
    rollout: Rollout, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = await export(rollout, name)
    monkeypatch.setattr("services.projects.interchange.planning.fingerprint", lambda _: "another")
    judged = await send(rollout, content)
    assert await judged.changes() == []
    assert judged.row["counts"]["untouched"] == 0


async def test_one_changed_cell_of_the_checklist_is_the_one_change(rollout: Rollout) -> None:
    book = load_workbook(BytesIO(await export(rollout, "xlsx")))
    sheet = book["Plan"]
    headings = {str(cell.value): place for place, cell in enumerate(sheet[2], start=1)}
    row = next(r for r in range(3, sheet.max_row) if sheet.cell(r, headings["Beteckning"]).value == "HAN-A2.02")
    sheet.cell(row, headings["Status"]).value = "Påbörjad"
    out = BytesIO()
    book.save(out)
    judged = await send(rollout, out.getvalue())
    assert await judged.findings("error", "warning") == []
    changes = await judged.changes()
    assert [(one["kind"], one["fields"]) for one in changes] == [
        ("updated", [{"field": "state", "before": "planned", "after": "started"}])
    ]
    answer = await judged.apply()
    assert answer.status_code == 200, answer.text
    assert (await rollout.activity("HAN-A2.02"))["state"] == "started"
    assert (await judged.apply()).status_code == 409


async def test_rows_per_unit_and_those_that_are_not_enabled_come_back_too(rollout: Rollout) -> None:
    row = await rollout.activity("HAN-A2.02")
    children = await divide(rollout, row["id"], await units(rollout, "Björkskolan", "Granskolan"))
    for name in ("json", "csv", "xlsx", "mspdi"):
        judged = await send(rollout, await export(rollout, name))
        assert await judged.findings("error", "warning") == [], name
        assert await judged.changes() == [], name
    document = json.loads(await export(rollout, "json"))
    next(one for one in document["activities"] if one["id"] == children[0])["state"] = "done"
    assert (await (await send(rollout, json.dumps(document).encode())).apply()).status_code == 200
    assert (await rollout.activity("HAN-A2.02"))["state"] == "started"


async def test_a_past_plan_goes_out_as_it_was(rollout: Rollout) -> None:
    before = clock.now()
    await rollout.patch("HAN-A2.02", {"title": {"sv": "Ny rubrik"}})
    then = await export(rollout, "json", query=f"?asOf={before.isoformat().replace('+', '%2B')}")
    assert "Ny rubrik" not in then.decode()
    assert "Ny rubrik" in (await export(rollout, "json")).decode()
