"""Plans made from the shipped template, for tests that need one."""

from typing import Any

from tests.e2e.house import House

PROJECTS = "/projects/v1/projects"
PLAN: dict[str, Any] = {
    "name": "Prov",
    "templateKey": "sv-supplier-5-phase",
    "templateVersion": "1.0.0",
    "startMonth": "2027-01",
    "parties": [{"side": "customer", "name": "Norrviks kommun"}, {"side": "supplier", "name": "Läranda AB"}],
}


def plan(house: House, **more: Any) -> dict[str, Any]:
    """A new project, as its maker sees it."""
    return house.made(PROJECTS, PLAN | more)


def gates(house: House, project_id: str) -> dict[str, dict[str, Any]]:
    """The gates of a project by key."""
    return {gate["key"]: gate for gate in house.each(f"{PROJECTS}/{project_id}/gates")}
