"""Projects over HTTP: making, previewing, reading and changing them."""

from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, CHOICES, CREATE, LEADER, CreateRollout, Rollout
from tests.support.services import ServiceUnderTest

PREVIEWS = f"{BASE}/templates/sv-supplier-5-phase/versions/1.0.0/previews"


async def test_a_project_holds_every_row_of_its_template(rollout: Rollout) -> None:
    activities = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    gates = (await rollout.get(f"/projects/{rollout.id}/gates")).json()["items"]
    phases = (await rollout.get(f"/projects/{rollout.id}/phases")).json()["items"]
    assert [row["sourceRef"] for row in phases] == [f"HAN-P{n}" for n in range(1, 6)]
    assert [row["sourceRef"] for row in gates] == [f"HAN-M{n}" for n in range(1, 6)]
    assert len({row["sourceRef"] for row in activities}) == 32
    assert phases[0]["window"] == {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False}
    assert (phases[2]["nominalWeeksMin"], phases[2]["nominalWeeksMax"]) == (6, 8)


async def test_a_new_project_names_its_template_parties_and_roles(rollout: Rollout) -> None:
    answer = await rollout.get(f"/projects/{rollout.id}")
    project = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert (project["templateKey"], project["templateVersion"]) == ("sv-supplier-5-phase", "1.0.0")
    assert len(project["templateDigest"]) == 64
    assert {party["side"] for party in project["parties"]} == {"customer", "supplier"}
    assert len(project["roles"]) == 10
    assert project["options"]["key_person_coverage_percent"] == 80
    assert project["allowedActions"][0]["allowed"]


async def test_the_journal_tells_who_made_a_project(rollout: Rollout) -> None:
    journal = (await rollout.get(f"/journal-entries?entityId={rollout.id}")).json()["items"]
    assert [(row["action"], row["side"]) for row in journal] == [("project.create", "customer")]


async def test_a_preview_shows_the_same_plan_and_writes_nothing(projects: ServiceUnderTest) -> None:
    headers = projects.as_(LEADER)
    preview = (await projects.client.post(PREVIEWS, json=CHOICES, headers=headers)).json()
    assert (len(preview["phases"]), len(preview["activities"]), len(preview["gates"])) == (5, 32, 5)
    assert len(preview["missingRoles"]) == 10
    assert {"window_exceeds_effort", "source_uncertain", "tentative_window"} <= {r["code"] for r in preview["remarks"]}
    assert (await projects.client.get(f"{BASE}/projects", headers=headers)).json()["items"] == []


async def test_the_made_plan_is_the_previewed_plan(projects: ServiceUnderTest, create_rollout: CreateRollout) -> None:
    chosen = {"options": {"migration_ordered": True, "gates_follow_activities": True}, "schoolForms": ["adult"]}
    preview = (await projects.client.post(PREVIEWS, json=CHOICES | chosen, headers=projects.as_(LEADER))).json()
    made = await create_rollout(**chosen)
    activities = (await made.get(f"/projects/{made.id}/activities?limit=200")).json()["items"]
    gates = (await made.get(f"/projects/{made.id}/gates")).json()["items"]
    shown = ("sourceRef", "title", "side", "window", "isEnabled", "kind")
    assert [[a[k] for k in shown] for a in activities] == [[a[k] for k in shown] for a in preview["activities"]]
    assert [[c["key"] for c in g["criteria"]] for g in gates] == [
        [c["key"] for c in g["criteria"]] for g in preview["gates"]
    ]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"startMonth": "2027-13"}, "#/startMonth"),
        ({"startMonth": 202703}, "#/startMonth"),
        ({"startMonth": None}, "#/anchors/start_month"),
        ({"parties": []}, "#/parties"),
        ({"parties": [{"side": "customer"}]}, "#/parties/0/name"),
        ({"parties": [{"side": "king", "name": "x"}]}, "#/parties/0/side"),
        ({"parties": [{"side": "supplier", "name": "x"}]}, "#/parties"),
        ({"options": {"migration_orderd": True}}, "#/options/migration_orderd"),
        ({"options": {"key_person_coverage_percent": 0}}, "#/options/key_person_coverage_percent"),
        ({"options": {"migration_ordered": 1}}, "#/options/migration_ordered"),
        ({"schoolForms": ["university"]}, "#/schoolForms/0"),
        ({"roles": {"king": str(new_id())}}, "#/roles/king"),
        ({"roles": {"customer_project_leader": "me"}}, "#/roles/customer_project_leader"),
        ({"colour": "red"}, "#/colour"),
    ],
)
async def test_a_wrong_choice_is_a_problem_that_names_its_place(
    projects: ServiceUnderTest, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await projects.client.post(PREVIEWS, json=CHOICES | wrong, headers=projects.as_(LEADER))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_malformed_json_is_told_with_its_place(projects: ServiceUnderTest) -> None:
    headers = projects.as_(LEADER) | {"Content-Type": "application/json"}
    answer = await projects.client.post(f"{BASE}/projects", content=b'{"name": ', headers=headers)
    assert answer.status_code == 400
    assert "character" in answer.json()["detail"]


async def test_a_template_that_does_not_exist_is_a_404(projects: ServiceUnderTest) -> None:
    headers = projects.as_(LEADER)
    answer = await projects.client.post(PREVIEWS.replace("1.0.0", "9.9.9"), json=CHOICES, headers=headers)
    unknown = await projects.client.post(f"{BASE}/projects", json=CREATE | {"templateKey": "none"}, headers=headers)
    assert [answer.status_code, unknown.status_code] == [404, 404]
    assert answer.json()["type"].endswith("/template-not-found")


async def test_a_failed_creation_leaves_nothing(projects: ServiceUnderTest) -> None:
    answer = await projects.client.post(
        f"{BASE}/projects", json=CREATE | {"options": {"none": True}}, headers=projects.as_(LEADER)
    )
    assert answer.status_code == 422
    assert (await projects.client.get(f"{BASE}/projects", headers=projects.as_(LEADER))).json()["items"] == []


async def test_a_repeated_key_makes_one_project_and_another_body_is_refused(projects: ServiceUnderTest) -> None:
    headers = projects.as_(LEADER, subject=new_id()) | {"Idempotency-Key": "once"}
    first = await projects.client.post(f"{BASE}/projects", json=CREATE, headers=headers)
    again = await projects.client.post(f"{BASE}/projects", json=CREATE, headers=headers)
    other = await projects.client.post(f"{BASE}/projects", json=CREATE | {"name": "Annat"}, headers=headers)
    assert [first.status_code, again.status_code, other.status_code] == [201, 201, 422]
    assert first.json()["id"] == again.json()["id"]
    assert other.json()["type"].endswith("/idempotency-key-reused")
    assert len((await projects.client.get(f"{BASE}/projects", headers=projects.as_(LEADER))).json()["items"]) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": ("participant@*",)},
        {"roles": ("project_leader@01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",)},
        {"roles": (LEADER,), "side": "supplier"},
        {"roles": (LEADER,), "side": None},
        {"roles": (LEADER,), "scopes": ("projects:read",)},
    ],
)
async def test_only_the_customers_leaders_make_projects(projects: ServiceUnderTest, claims: dict[str, Any]) -> None:
    roles = claims.pop("roles")
    answer = await projects.client.post(f"{BASE}/projects", json=CREATE, headers=projects.as_(*roles, **claims))
    assert answer.status_code == 403


async def test_another_tenant_finds_nothing_of_the_project(rollout: Rollout) -> None:
    stranger = new_id()
    gate, activity = await rollout.gate("m1"), await rollout.activity("HAN-A1.01")
    parts = ["", "/phases", "/activities", "/gates"]
    paths = [f"/projects/{rollout.id}{part}" for part in parts]
    paths += [f"/gates/{gate['id']}", f"/gates/{gate['id']}/explanations", f"/activities/{activity['id']}"]
    assert {(await rollout.get(path, tenant=stranger)).status_code for path in paths} == {404}


async def test_a_token_that_names_no_tenant_reaches_nothing(rollout: Rollout) -> None:
    headers = rollout.service.mint.headers(tenant=None, roles=(LEADER, APPROVER)) | {"If-Match": '"1"'}
    gate, activity = await rollout.gate("m1"), await rollout.activity("HAN-A1.01")
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/projects", None),
        ("GET", f"/projects/{rollout.id}/activities", None),
        ("GET", f"/gates/{gate['id']}", None),
        ("PATCH", f"/activities/{activity['id']}", {"state": "done"}),
        ("POST", "/projects", CREATE),
        ("POST", f"/gates/{gate['id']}/passes", None),
    ]
    client = rollout.service.client
    answers = [await client.request(how, BASE + path, json=body, headers=headers) for how, path, body in asked]
    assert [answer.status_code for answer in answers] == [403, 404, 403, 403, 403, 403]


async def test_a_project_is_renamed_and_its_roles_are_given_with_the_present_version(rollout: Rollout) -> None:
    client, url = rollout.service.client, f"{BASE}/projects/{rollout.id}"
    headers, account = rollout.service.as_(LEADER), str(new_id())
    change = {"name": "Skolplattform 2028", "roles": {"customer_project_leader": account}}
    missing = await client.patch(url, json=change, headers=headers)
    done = await client.patch(url, json=change, headers=headers | {"If-Match": '"1"'})
    stale = await client.patch(url, json=change, headers=headers | {"If-Match": '"1"'})
    assert [missing.status_code, done.status_code, stale.status_code] == [428, 200, 412]
    assert done.headers["etag"] == '"2"'
    assert done.json()["name"] == "Skolplattform 2028"
    holders = {role["key"]: role["accountId"] for role in done.json()["roles"]}
    assert holders["customer_project_leader"] == account
    assert stale.json()["currentVersion"] == 2


async def test_a_change_that_changes_nothing_keeps_the_version(rollout: Rollout) -> None:
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"'}
    url = f"{BASE}/projects/{rollout.id}"
    answer = await rollout.service.client.patch(url, json={"name": CREATE["name"]}, headers=headers)
    assert answer.headers["etag"] == '"1"'


async def test_a_role_that_the_project_does_not_have_is_refused(rollout: Rollout) -> None:
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"'}
    url = f"{BASE}/projects/{rollout.id}"
    answer = await rollout.service.client.patch(url, json={"roles": {"king": None}}, headers=headers)
    assert answer.status_code == 404


async def test_a_closed_project_is_read_only(rollout: Rollout) -> None:
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"'}
    await rollout.service.client.patch(f"{BASE}/projects/{rollout.id}", json={"state": "closed"}, headers=headers)
    change = await rollout.patch("HAN-A1.01", {"state": "done"})
    waived = await rollout.decide(
        "m1", "waivers", {"criterionId": (await rollout.criterion("m1", "plan-approved"))["id"], "reason": "x" * 10}
    )
    assert [change.status_code, waived.status_code] == [409, 409]
    assert change.json()["type"].endswith("/project-closed")


async def test_projects_are_listed_in_pages(projects: ServiceUnderTest, create_rollout: CreateRollout) -> None:
    made = [(await create_rollout(name=f"Projekt {n}")).id for n in range(3)]
    first = (await projects.client.get(f"{BASE}/projects?limit=2", headers=projects.as_(LEADER))).json()
    url = first["_links"]["next"]["href"].removeprefix("http://gateway.test")
    second = (await projects.client.get(url, headers=projects.as_(LEADER))).json()
    assert [row["id"] for row in first["items"] + second["items"]] == made
    assert second["_links"]["next"] is None


async def test_a_template_is_listed_and_shown_whole(projects: ServiceUnderTest) -> None:
    headers = projects.as_(LEADER, APPROVER)
    listed = (await projects.client.get(f"{BASE}/templates", headers=headers)).json()["items"]
    [item] = [i for i in listed if (i["key"], i["version"]) == ("sv-supplier-5-phase", "1.0.0")]
    assert (item["activities"], item["gates"]) == (32, 5)
    shown = (await projects.client.get(f"{BASE}/templates/sv-supplier-5-phase/versions/1.0.0", headers=headers)).json()
    assert shown["digest"] == item["digest"]
    assert [len(shown[part]) for part in ("goals", "tracks", "risks", "roles")] == [3, 3, 17, 10]
    assert shown["activities"][14]["sourceRef"] == "HAN-A2.05"
    assert shown["activities"][14]["window"]["first"] == "start_month+1m"


async def test_a_project_names_the_steps_that_its_plan_can_take(rollout: Rollout) -> None:
    async def allowed(*roles: str, **claims: Any) -> set[str]:
        path = f"{BASE}/projects/{rollout.id}"
        shown = (await rollout.service.client.get(path, headers=rollout.service.as_(*roles, **claims))).json()
        return {action["action"] for action in shown["allowedActions"] if action["allowed"]}

    assert {"propose", "choose_options"} <= await allowed(LEADER)
    assert await allowed(LEADER, side="supplier") == {"propose", "request_change"}
    headers = rollout.service.as_(LEADER) | {"If-Match": '"1"'}
    proposed = await rollout.service.client.post(
        f"{BASE}/projects/{rollout.id}/plan-proposals", json={}, headers=headers
    )
    assert proposed.status_code == 201
    assert "approve" in await allowed(APPROVER)
    assert "approve" not in await allowed(LEADER)
