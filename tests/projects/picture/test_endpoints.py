"""Pictures over HTTP: the format that was asked for, of the plan as it is or was."""

import asyncio
import time

import pytest
from defusedxml.ElementTree import fromstring

from shared.kit.canvas import Canvas
from shared.web.picture import rasterised, zoom_of
from tests.projects.conftest import BASE, LEADER, Rollout

KINDS = ("gantt-charts", "phase-overviews", "effort-charts")


@pytest.mark.parametrize("kind", KINDS)
async def test_each_picture_comes_as_svg_or_png_and_can_do_nothing_but_be_seen(rollout: Rollout, kind: str) -> None:
    path = f"{BASE}/projects/{rollout.id}/{kind}"
    headers = rollout.service.as_(LEADER)
    svg = await rollout.service.client.get(path, headers=headers | {"Accept": "image/svg+xml"})
    assert svg.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in svg.headers["content-security-policy"]
    assert fromstring(svg.content).get("role") == "img"
    png = await rollout.service.client.get(f"{path}?format=png", headers=headers)
    assert png.content.startswith(b"\x89PNG")


async def test_a_picture_in_no_acceptable_format_is_refused_by_name(rollout: Rollout) -> None:
    path = f"{BASE}/projects/{rollout.id}/gantt-charts"
    answer = await rollout.service.client.get(path, headers=rollout.service.as_(LEADER) | {"Accept": "image/gif"})
    assert answer.status_code == 406
    assert "image/svg+xml" in answer.json()["detail"]


async def test_the_chart_holds_every_row_that_applies_in_the_readers_language(rollout: Rollout) -> None:
    headers = rollout.service.as_(LEADER) | {"Accept-Language": "en"}
    svg = await rollout.service.client.get(f"{BASE}/projects/{rollout.id}/gantt-charts", headers=headers)
    words = " ".join(fromstring(svg.content).itertext())
    assert "Establishment" in words
    assert "HAN-A4.02" in words
    assert "HAN-A2.05" not in words  # an option that was not chosen
    only = await rollout.service.client.get(f"{BASE}/projects/{rollout.id}/gantt-charts?detail=phases", headers=headers)
    assert "HAN-A4.02" not in " ".join(fromstring(only.content).itertext())


async def test_the_approved_plan_lies_behind_what_was_moved_since(rollout: Rollout) -> None:
    async def grey() -> int:
        svg = await rollout.get(f"/projects/{rollout.id}/gantt-charts")
        return sum(rect.get("fill") == "#8a8a8a" for rect in fromstring(svg.content).iter())

    before = await grey()
    for noun, role in (("proposals", LEADER), ("approvals", "approver@*"), ("returns", "approver@*")):
        version = (await rollout.get(f"/projects/{rollout.id}")).json()["version"]
        headers = rollout.service.as_(role) | {"If-Match": f'"{version}"'}
        path = f"{BASE}/projects/{rollout.id}/plan-{noun}"
        assert (await rollout.service.client.post(path, json={}, headers=headers)).status_code == 201
    assert await grey() == before
    june = {"start": "2027-06-01", "end": "2027-06-30", "precision": "month", "tentative": False}
    assert (await rollout.patch("HAN-A2.02", {"window": june})).status_code == 200
    assert await grey() == before + 1


async def test_a_picture_of_a_past_day_shows_the_plan_of_that_day(rollout: Rollout) -> None:
    answer = await rollout.get(f"/projects/{rollout.id}/gantt-charts?asOf=2020-01-01")
    assert answer.status_code == 404  # there was no project then


async def test_others_are_served_while_a_long_picture_is_drawn() -> None:
    canvas = Canvas(1000, 8000, "Long", "Long", "en")
    for row in range(800):
        canvas.text(10, row * 10, f"Row {row}")
    longest, drawing = 0.0, asyncio.create_task(rasterised(canvas.svg()))
    while not drawing.done():
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        longest = max(longest, time.perf_counter() - began)
    assert (await drawing).startswith(b"\x89PNG")
    assert longest < 0.3


def test_a_picture_of_a_very_long_plan_is_coarser_rather_than_too_large() -> None:
    assert zoom_of(Canvas(1000, 800, "Short", "Short", "en").svg().decode()) == 2
    width, height = 1400, 40000
    zoom = zoom_of(Canvas(width, height, "Long", "Long", "en").svg().decode())
    assert width * height * zoom**2 <= 40_000_001
