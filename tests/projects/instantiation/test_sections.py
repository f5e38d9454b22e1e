"""Every shipped template becomes a project: its sections are rows of the features that own them."""

from typing import Any

import pytest

from services.projects.template.catalogue import shipped
from services.projects.template.definition import Template
from tests.projects.conftest import BASE, LEADER, CreateRollout, Rollout
from tests.support.services import ServiceUnderTest

NEWEST = {template.key: template for template in reversed(shipped().all())}


def choices(template: Template) -> dict[str, Any]:
    """Dates that any template accepts: all anchors in one August, but an end far off."""
    dates = {"end_date": "2032-06-30", "month": "2028-08"}
    anchors = {
        key: "2026-08-01" if anchor.bounds == "start" else dates.get(anchor.type, "2028-08-14")
        for key, anchor in template.anchors.items()
    }
    parties = [{"side": party.side.value, "name": f"Part {party.side.value}"} for party in template.parties]
    named = {"name": "Provet", "templateKey": template.key, "templateVersion": template.version}
    return named | {"anchors": anchors, "parties": parties, "strict": False}


@pytest.mark.parametrize("key", sorted(NEWEST))
async def test_a_shipped_template_becomes_a_project_with_all_its_rows(projects: ServiceUnderTest, key: str) -> None:
    template = NEWEST[key]
    answer = await projects.client.post(f"{BASE}/projects", json=choices(template), headers=projects.as_(LEADER))
    assert answer.status_code == 201, answer.text
    rollout = Rollout(projects, answer.json()["id"])
    for path, rows in (
        ("phases", template.phases),
        ("gates", template.gates),
        ("tracks", template.tracks),
        ("goals", template.goals),
        ("risks", template.risks),
        ("bodies", template.bodies),
    ):
        listed = (await rollout.get(f"/projects/{rollout.id}/{path}?limit=200")).json()["items"]
        assert {row["sourceRef"] for row in listed} == {row.source_ref for row in rows}, path
        assert "{customer}" not in str(listed), path
    activities = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    assert {row["sourceRef"] for row in activities} == {row.source_ref for row in template.activities}


async def test_migration_flows_follow_their_option(create_rollout: CreateRollout) -> None:
    rollout = await create_rollout(templateVersion="1.1.0")

    async def enabled() -> set[bool]:
        listed = (await rollout.get(f"/projects/{rollout.id}/migration-flows?limit=200")).json()["items"]
        assert len(listed) == 6
        return {row["isEnabled"] for row in listed}

    assert await enabled() == {False}
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"'}
    path = f"{BASE}/projects/{rollout.id}/options"
    body = {"options": {"migration_ordered": True}}
    assert (await rollout.service.client.patch(path, json=body, headers=headers)).status_code == 200
    assert await enabled() == {True}
