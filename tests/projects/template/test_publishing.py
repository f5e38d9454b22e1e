"""Publishing a template of one's own over HTTP, and reading it back; hostile and mistaken documents."""

from typing import Any

import pytest
import yaml

from shared.auth.roles import Side
from tests.support.services import ServiceUnderTest

LEADER = "project_leader@*"
OWN: dict[str, Any] = {
    "key": "our-checklist",
    "version": "1.0.0",
    "published": "2026-11-22",
    "title": {"sv": "Vår checklista", "en": "Our checklist"},
    "description": {"sv": "Så gör vi", "en": "How we do it"},
    "anchors": {"go_live": {"type": "date", "title": {"sv": "Start", "en": "Go live"}}},
    "parties": [
        {"side": "customer", "variable": "customer", "required": True, "title": {"sv": "Kommun", "en": "Municipality"}}
    ],
    "school_forms": ["compulsory"],
    "phases": [
        {
            "key": "all",
            "basis": "startklar",
            "title": {"sv": "Allt", "en": "All"},
            "purpose": {"sv": "Klart", "en": "Done"},
        }
    ],
    "activities": [
        {
            "source_ref": f"OUR-A{number}",
            "phase": "all",
            "side": "customer",
            "title": {"sv": f"Steg {number}", "en": f"Step {number}"},
            "window": {"first": "go_live-2w", "last": "go_live", "precision": "day"},
        }
        for number in (1, 2, 3)
    ],
    "dependencies": [{"predecessor": "OUR-A1", "successor": "OUR-A2", "basis": "startklar"}],
}
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def with_(**changed: Any) -> str:
    return yaml.safe_dump(OWN | changed, allow_unicode=True)


async def publish(projects: ServiceUnderTest, content: str, *roles: str, **claims: Any) -> Any:
    headers = projects.as_(*(roles or (LEADER,)), **claims)
    return await projects.client.post("/projects/v1/templates", json={"content": content}, headers=headers)


async def test_a_published_template_is_listed_read_and_previewed(projects: ServiceUnderTest) -> None:
    made = await publish(projects, with_())
    assert made.status_code == 201, made.text
    assert made.json()["origin"] == "tenant"
    read = await projects.client.get(made.headers["location"], headers=projects.as_(LEADER))
    assert [row["sourceRef"] for row in read.json()["activities"]] == ["OUR-A1", "OUR-A2", "OUR-A3"]
    assert read.json()["digest"] == made.json()["digest"]
    listed = await projects.client.get("/projects/v1/templates?limit=200", headers=projects.as_(LEADER))
    assert "our-checklist" in {item["key"] for item in listed.json()["items"]}
    choices = {"anchors": {"go_live": "2027-08-16"}, "parties": [{"side": "customer", "name": "Björkby kommun"}]}
    preview = await projects.client.post(
        f"{made.headers['location']}/previews", json=choices, headers=projects.as_(LEADER)
    )
    assert preview.status_code == 200, preview.text
    assert preview.json()["activities"][0]["window"]["start"] == "2027-08-02"


async def test_another_tenant_does_not_see_it(projects: ServiceUnderTest) -> None:
    made = await publish(projects, with_())
    stranger = projects.as_(LEADER, tenant=projects.tenant.__class__(int=7))
    assert (await projects.client.get(made.headers["location"], headers=stranger)).status_code == 404


async def test_a_version_never_changes_and_a_new_one_stands_beside_it(projects: ServiceUnderTest) -> None:
    await publish(projects, with_())
    again = await publish(projects, with_(title={"sv": "Annat", "en": "Other"}))
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[-1]) == (409, "template-version-taken")
    assert (await publish(projects, with_(version="1.0.1"))).status_code == 201


async def test_a_shipped_key_cannot_be_taken(projects: ServiceUnderTest) -> None:
    taken = await publish(projects, with_(key="sv-supplier-5-phase", version="9.0.0"))
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "#/key")


@pytest.mark.parametrize(
    ("roles", "claims"),
    [
        (("project_leader@01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",), {}),
        ((LEADER,), {"side": Side.supplier}),
        (("approver@*",), {}),
        ((LEADER,), {"scopes": ["templates:read"]}),
    ],
)
async def test_only_who_leads_the_whole_authority_may_publish(
    projects: ServiceUnderTest, roles: tuple[str, ...], claims: dict[str, Any]
) -> None:
    assert (await publish(projects, with_(), *roles, **claims)).status_code == 403


def changed_activity(**change: Any) -> str:
    return with_(activities=[OWN["activities"][0] | change, *OWN["activities"][1:]])


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (with_(dependencies=[{"predecessor": "OUR-A1", "successor": "OUR-A9"}]), "#/dependencies/0"),
        (changed_activity(phase="none"), "#/activities/0"),
        (
            changed_activity(window={"first": "start", "last": "go_live", "precision": "day"}),
            "#/activities/0/window",
        ),
        (changed_activity(source_ref="OUR-A2"), "#"),
        (changed_activity(sied="customer"), "#/activities/0/sied"),
        (changed_activity(participants=[{"side": "customer", "role": "king"}]), "#/activities/0/participants/0"),
        (changed_activity(participants=[{"side": "customer", "hours": [4, 2]}]), "#/activities/0/participants/0"),
        (
            with_(
                dependencies=[
                    {"predecessor": f"OUR-A{a}", "successor": f"OUR-A{b}", "basis": "startklar"}
                    for a, b in ((1, 2), (2, 3), (3, 1))
                ]
            ),
            "#/dependencies",
        ),
        (
            with_(
                gates=[
                    {
                        "source_ref": "OUR-M1",
                        "key": "m1",
                        "phase": "all",
                        "title": {"sv": "Klart", "en": "Done"},
                        "criteria": [
                            {
                                "key": "met",
                                "kind": "meeting_held",
                                "body": "none",
                                "basis": "source",
                                "title": {"sv": "Möte", "en": "Meeting"},
                            }
                        ],
                    }
                ]
            ),
            "#/gates/0/criteria",
        ),
        (with_(surveys=[{"source_ref": "OUR-S1", "key": "s", "title": {"sv": "E", "en": "S"}}]), "#/surveys/0"),
        (changed_activity(title={"sv": "{customer:>999999999}", "en": "x"}), "#/activities/0/title"),
        (changed_activity(title={"sv": "{customer.__class__}", "en": "x"}), "#/activities/0/title"),
        (changed_activity(title={"sv": "{customer", "en": "x"}), "#/activities/0/title"),
        (BOMB, "#"),
        ("[" * 5000, "#"),
        ("a: &a [*a]", "#/a/0"),
        ("key: one\nkey: two\n", "#/key"),
        ("!!python/object/apply:os.system ['true']", "#"),
        ("published: 2026-02-31", "#"),
        ("", "#/content"),
        ("just a text", "#"),
        ("key: [", "#"),
        ("a: \x01", "#"),
    ],
)
async def test_what_is_wrong_is_named_with_its_place(projects: ServiceUnderTest, content: str, pointer: str) -> None:
    answer = await publish(projects, content)
    assert answer.status_code == 422, answer.text
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}, answer.text


async def test_a_circle_of_links_is_shown_as_its_path(projects: ServiceUnderTest) -> None:
    links = [{"predecessor": f"OUR-A{a}", "successor": f"OUR-A{b}", "basis": "startklar"} for a, b in ((1, 2), (2, 1))]
    answer = await publish(projects, with_(dependencies=links))
    assert "OUR-A1 → OUR-A2 → OUR-A1" in answer.json()["errors"][0]["detail"]


async def test_a_template_larger_than_the_limit_is_refused(projects: ServiceUnderTest) -> None:
    answer = await publish(projects, "x" * 1_000_001)
    assert answer.status_code in {413, 422}


async def test_a_restricted_template_is_there_for_insiders_only(projects: ServiceUnderTest) -> None:
    made = await publish(projects, with_(visibility="restricted"))
    place = made.headers["location"]
    for role, side, seen in (
        ("auditor@*", Side.customer, 200),
        (LEADER, Side.supplier, 200),
        ("participant@*", Side.customer, 404),
        (LEADER, Side.programme, 404),
        ("programme_viewer@*", Side.programme, 404),
    ):
        headers = projects.as_(role, side=side)
        assert (await projects.client.get(place, headers=headers)).status_code == seen, role
        listed = await projects.client.get("/projects/v1/templates?limit=200", headers=headers)
        keys = {item["key"] for item in listed.json()["items"]}
        assert ("our-checklist" in keys) is (seen == 200)


async def test_the_format_is_served_as_a_json_schema(projects: ServiceUnderTest) -> None:
    answer = await projects.client.get("/projects/v1/template-schemas/1", headers=projects.as_(LEADER))
    assert "sourceRef" in answer.json()["jsonSchema"]["$defs"]["Activity"]["properties"]
