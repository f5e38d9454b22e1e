"""Plan documents and status reports over HTTP."""

from datetime import UTC, datetime
from typing import Any

import httpx

from shared.kit import clock
from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout


async def put(rollout: Rollout, section: str, content: str, version: int, **claims: Any) -> httpx.Response:
    headers = rollout.service.as_(LEADER, **claims) | {"If-Match": f'"{version}"'}
    path = f"{BASE}/projects/{rollout.id}/plan-texts/{section}"
    return await rollout.service.client.put(path, json={"content": content}, headers=headers)


async def report(rollout: Rollout, **body: Any) -> httpx.Response:
    path = f"{BASE}/projects/{rollout.id}/status-reports"
    wanted = {"title": "Lägesrapport"} | body
    return await rollout.service.client.post(path, json=wanted, headers=rollout.service.as_(LEADER))


async def test_the_plan_is_printed_as_a_tagged_pdf(rollout: Rollout) -> None:
    assert (await put(rollout, "purpose", "Ett syfte.\n\nEtt till.", 0)).status_code == 200
    answer = await rollout.get(f"/projects/{rollout.id}/plan-documents")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in answer.content


async def test_all_sections_are_listed_and_an_empty_one_has_version_zero(rollout: Rollout) -> None:
    listed = (await rollout.get(f"/projects/{rollout.id}/plan-texts")).json()["items"]
    assert len(listed) == 14
    assert {each["version"] for each in listed} == {0}


async def test_two_who_write_one_section_do_not_overwrite_each_other(rollout: Rollout) -> None:
    first = await put(rollout, "purpose", "Ett", 0)
    assert first.headers["etag"] == '"1"'
    assert (await put(rollout, "purpose", "Två", 0)).status_code == 412
    assert (await put(rollout, "purpose", "Tre", 1)).json()["version"] == 2


async def test_a_supplier_reads_the_words_and_does_not_write_them(rollout: Rollout) -> None:
    assert (await put(rollout, "purpose", "Vårt", 0, side="supplier")).status_code == 403


async def test_the_facts_speak_for_green_until_something_is_late(rollout: Rollout) -> None:
    with clock.frozen(datetime(2027, 3, 2, 8, tzinfo=UTC)):
        facts = (await rollout.get(f"/projects/{rollout.id}/status-facts")).json()
    assert facts["suggestedColour"] == "green"
    assert facts["facts"]["total"] == 30  # two rows of 32 wait for an option
    with clock.frozen(datetime(2027, 4, 1, 8, tzinfo=UTC)):
        facts = (await rollout.get(f"/projects/{rollout.id}/status-facts")).json()
    assert facts["suggestedColour"] == "red"  # the first gate is past its month
    assert facts["facts"]["late"] == 11
    assert facts["facts"]["gates"][0]["isOverdue"] is True


async def test_a_report_keeps_its_facts_when_the_plan_goes_on(rollout: Rollout) -> None:
    given = (await report(rollout)).json()
    assert given["colour"] == given["suggestedColour"]
    assert (await rollout.patch("HAN-A2.02", {"state": "done"})).status_code == 200
    again = (await rollout.get(f"/status-reports/{given['id']}")).json()
    assert again["facts"]["done"] == 0
    assert (await rollout.get(f"/projects/{rollout.id}/status-facts")).json()["facts"]["done"] == 1


async def test_another_colour_than_the_facts_needs_a_reason(rollout: Rollout) -> None:
    refused = await report(rollout, colour="red")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/reason")
    assert (await report(rollout, colour="red", reason="Licensnyckeln dröjer")).status_code == 201


async def test_a_waiver_stands_in_the_report_and_in_its_pdf(rollout: Rollout) -> None:
    gate = await rollout.gate("m1")
    body = {"criterionId": gate["criteria"][0]["id"], "reason": "Styrgruppen godtog muntligt besked"}
    headers = rollout.service.as_(APPROVER)
    waived = await rollout.service.client.post(f"{BASE}/gates/{gate['id']}/waivers", json=body, headers=headers)
    assert waived.status_code == 201
    given = (await report(rollout)).json()
    assert given["facts"]["gates"][0]["waivers"][0]["reason"] == body["reason"]
    printed = await rollout.get(f"/status-reports/{given['id']}?format=pdf")
    assert printed.content.startswith(b"%PDF-")


async def test_an_unknown_report_and_an_unknown_format_are_refused(rollout: Rollout) -> None:
    assert (await rollout.get("/status-reports/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11")).status_code == 404
    given = (await report(rollout)).json()
    assert (await rollout.get(f"/status-reports/{given['id']}?format=docx")).status_code == 422
