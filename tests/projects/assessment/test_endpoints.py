"""Matrix assessments: a matrix that is empty until it is filled in, and one assessment per unit and period."""

from typing import Any

from tests.projects.benefit.support import TITLE, add_units, call, ok
from tests.projects.conftest import Rollout

AREAS = [{"key": "leadership", "title": TITLE}, {"key": "tools", "title": TITLE}]
LEVELS = [{"level": number, "title": TITLE} for number in range(3)]


async def filled(rollout: Rollout) -> dict[str, Any]:
    path = f"/projects/{rollout.id}/assessment-matrices"
    empty = await ok(rollout.service, "POST", path, {"key": "own", "title": TITLE})
    assert empty["isEmpty"]
    body = {"areas": AREAS, "levels": LEVELS}
    matrix: dict[str, Any] = await ok(rollout.service, "PATCH", f"/assessment-matrices/{empty['id']}", body, version=1)
    assert not matrix["isEmpty"]
    return matrix


async def test_a_unit_assesses_itself_once_per_period_through_its_head(rollout: Rollout) -> None:
    service = rollout.service
    own, other = await add_units(service, 2)
    path = f"/assessment-matrices/{(await filled(rollout))['id']}/assessments"
    body = {"unitId": own, "periodStart": "2027-08-01", "periodEnd": "2028-06-30", "cells": {"leadership": 1}}
    head = f"unit_head@{own}"
    made = await ok(service, "POST", path, body, head)
    again = await call(service, "POST", path, body, head)
    foreign = await call(service, "POST", path, body | {"unitId": other}, head)
    assert (again.status_code, again.json()["assessmentId"], foreign.status_code) == (409, made["id"], 403)
    cells = {"cells": {"leadership": 2, "tools": 0}}
    changed = await ok(service, "PATCH", f"/matrix-assessments/{made['id']}", cells, head, version=1)
    assert changed["cells"] == cells["cells"]
    listed = (await ok(service, "GET", path))["items"]
    assert [row["id"] for row in listed] == [made["id"]]


async def test_only_areas_and_levels_of_the_matrix_are_taken_and_used_ones_stay(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    matrix = await filled(rollout)
    path = f"/assessment-matrices/{matrix['id']}"
    body = {"unitId": unit, "periodStart": "2027-08-01", "periodEnd": "2028-06-30"}
    wrong = await call(service, "POST", f"{path}/assessments", body | {"cells": {"leadership": 9, "mood": 1}})
    assert (wrong.status_code, [error["pointer"] for error in wrong.json()["errors"]]) == (
        422,
        ["#/cells/leadership", "#/cells/mood"],
    )
    await ok(service, "POST", f"{path}/assessments", body | {"cells": {"tools": 1}})
    fewer = await call(service, "PATCH", path, {"areas": AREAS[:1]}, version=matrix["version"])
    assert fewer.status_code == 409
