"""Reading activities: the two ways of the list, its filters and pages, and the single activity."""

from typing import Any
from urllib.parse import quote

import pytest
from pydantic import TypeAdapter

from services.projects.activity.plain import read as read_plain
from services.projects.activity.schemas import ActivityItem
from shared.kit.ids import new_id
from shared.web import Page
from tests.projects.conftest import BASE, LEADER, Rollout
from tests.projects.rows import MAY, divide, own_row, phase_of, read, units

PLAIN = ("", "?limit=1", "?limit=20", "?limit=50", "?limit=200")
NARROWED = (
    "state=planned",
    "side=joint",
    "kind=task&enabled=false",
    "phaseId=PHASE",
    "overdue=false&checklist=false",
    "dueAfter=2027-03-31&dueBefore=2027-07-01",
    "q=plan",
    "q=%C3%A5r",
    "q=a+b",
    "trackKey=technical",
    "externalParty=Ingen%20AB",
)


async def items(rollout: Rollout, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await rollout.get(f"/projects/{rollout.id}/activities{query}")).json()["items"]
    return found


@pytest.mark.parametrize("query", PLAIN)
async def test_the_raw_list_is_what_its_response_model_says(rollout: Rollout, query: str) -> None:
    await rollout.patch("HAN-A1.01", {"state": "done"})
    await rollout.patch("HAN-A1.02", {"window": None, "ownerId": str(new_id())})
    answer = await rollout.get(f"/projects/{rollout.id}/activities{query}")
    page = TypeAdapter(Page[ActivityItem]).validate_json(answer.content)
    assert answer.headers["content-type"] == "application/json"
    shown = page.model_dump(mode="json", by_alias=True)
    assert shown["_links"] == answer.json()["_links"]
    assert shown["_meta"] == answer.json()["_meta"]
    for told, raw in zip(shown["items"], answer.json()["items"], strict=True):
        assert told.keys() == raw.keys()
        assert told == raw


@pytest.mark.parametrize("query", [*PLAIN, *(f"?limit=7&{one}" for one in NARROWED)])
async def test_the_plain_and_the_ordinary_way_answer_alike(rollout: Rollout, query: str) -> None:
    """A parameter that means nothing makes a request take the ordinary way."""
    query = query.replace("PHASE", await phase_of(rollout))
    assert read_plain(query.removeprefix("?").encode()) is not None
    plain = (await rollout.get(f"/projects/{rollout.id}/activities{query}")).json()
    asked = f"{query}&x=1" if query else "?x=1"
    assert read_plain(asked.removeprefix("?").encode()) is None
    other = (await rollout.get(f"/projects/{rollout.id}/activities{asked}")).json()
    assert plain["items"] == other["items"]
    assert plain["_meta"] == other["_meta"]
    links = [answered["_links"]["next"] and answered["_links"]["next"]["href"] for answered in (plain, other)]
    assert links[0] == (links[1] and links[1].replace("&x=1", "").replace("?x=1&", "?"))
    if links[0]:
        following = (await rollout.get(links[0].split(BASE)[1])).json()
        seen = {row["id"] for row in plain["items"]}
        assert seen.isdisjoint(row["id"] for row in following["items"])


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=07", "limit=1&limit=2", "state=Done", "state=", "enabled=1", "enabled=yes"),
        *("dueBefore=2027-02-30", "dueBefore=20270201", "phaseId=P1", "phaseId=", "cursor=x", "asOf=2027-01-01", "x"),
        *("q=", f"q={'x' * 201}", "kind=task;side=joint", "side=%6A", "q=a&q=b"),
    ],
)
def test_what_is_not_plain_is_handed_on(query: str) -> None:
    assert read_plain(query.encode()) is None


@pytest.mark.parametrize("way", ["?limit=50", "?limit=50&x=1"])
@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"roles": ("participant@*",)}, 403),
        ({"roles": (LEADER,), "scopes": ("projects:read",)}, 403),
        ({"roles": (LEADER,), "audience": "urn:startklar:projects"}, 401),
        ({"roles": (LEADER,), "expires_in": -600}, 401),
        ({"roles": (LEADER,), "tenant": new_id()}, 404),
        ({"roles": ("auditor@*",)}, 200),
    ],
)
async def test_both_ways_demand_the_same_of_their_caller(
    rollout: Rollout, way: str, claims: dict[str, Any], status: int
) -> None:
    headers = rollout.service.as_(*claims["roles"], **{k: v for k, v in claims.items() if k != "roles"})
    answer = await rollout.service.client.get(f"{BASE}/projects/{rollout.id}/activities{way}", headers=headers)
    assert answer.status_code == status


async def test_a_list_without_a_token_is_a_401_on_both_ways(rollout: Rollout) -> None:
    url = f"{BASE}/projects/{rollout.id}/activities"
    answers = [await rollout.service.client.get(url + query) for query in ("", "?x=1")]
    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.parametrize("query", ["?limit=7", "?limit=7&enabled=true", "?limit=7&enabled=true&x=1"])
async def test_pages_follow_the_order_of_the_plan_without_gap_or_repeat(rollout: Rollout, query: str) -> None:
    seen: list[int] = []
    url: str | None = f"/projects/{rollout.id}/activities{query}"
    while url:
        page = (await rollout.get(url)).json()
        seen += [item["position"] for item in page["items"]]
        url = page["_links"]["next"] and page["_links"]["next"]["href"].removeprefix(f"http://gateway.test{BASE}")
    assert seen == sorted(set(seen))
    assert len(seen) == (30 if "enabled" in query else 32)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?limit=200&side=customer", 8),
        ("?limit=200&side=joint", 8),
        ("?limit=200&side=supplier", 16),
        ("?limit=200&enabled=false", 2),
        ("?limit=200&state=done", 0),
        ("?limit=200&overdue=true", 0),
        ("?limit=200&side=supplier&enabled=false", 1),
    ],
)
async def test_filters_narrow_the_list(rollout: Rollout, query: str, expected: int) -> None:
    assert len(await items(rollout, query)) == expected


async def test_a_phase_and_an_owner_narrow_the_list(rollout: Rollout) -> None:
    owner = str(new_id())
    first = await rollout.activity("HAN-A4.01")
    await rollout.patch("HAN-A4.01", {"ownerId": owner})
    assert [row["sourceRef"] for row in await items(rollout, f"?ownerId={owner}")] == ["HAN-A4.01"]
    assert len(await items(rollout, f"?phaseId={first['phaseId']}")) == 3


async def test_titles_are_searched_by_words_in_any_language_taken_as_they_are(rollout: Rollout) -> None:
    row = await own_row(rollout, title={"sv": "Öppna brandväggen 100 %", "en": "Open the firewall"})
    for words in ("BRANDVÄGG", "firewall", "100 %", "open the fire"):
        found = await items(rollout, f"?limit=200&q={quote(words)}")
        assert [one["id"] for one in found] == [row["id"]], words
    for words in ("brand_ägg", "%", '"sv"', "\\"):
        found = await items(rollout, f"?limit=200&q={quote(words)}")
        assert len(found) == (1 if words == "%" else 0), words


async def test_rows_are_narrowed_by_what_they_are_and_when_they_are_due(rollout: Rollout) -> None:
    row = await own_row(rollout, kind="meeting", window=MAY, isChecklist=True)
    for query in ("kind=meeting", "checklist=true", "checklist=true&kind=meeting&dueBefore=2027-05-31"):
        assert [one["id"] for one in await items(rollout, f"?{query}")] == [row["id"]], query
    assert await items(rollout, "?kind=meeting&dueBefore=2027-05-30") == []
    assert await items(rollout, "?kind=meeting&dueAfter=2027-05-30") == []
    assert len(await items(rollout, "?kind=meeting&dueAfter=2027-05-29")) == 1
    assert len(await items(rollout, "?limit=200&checklist=false")) == 32


@pytest.mark.parametrize("query", ["", "?limit=200&x=1"])
async def test_the_list_says_of_each_row_what_the_row_itself_says(rollout: Rollout, query: str) -> None:
    row = await own_row(rollout, externalParty="Licens AB", section={"sv": "Start"}, modality="must", isPinned=True)
    await divide(rollout, row["id"], await units(rollout, "Tallskolan"))
    for listed in await items(rollout, query):
        single = await read(rollout, listed["id"])
        assert {name: single[name] for name in listed} == listed


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?kind=party", "query:kind"),
        ("?dueBefore=2027-02-30", "query:dueBefore"),
        ("?unitId=school", "query:unitId"),
        ("?checklist=perhaps", "query:checklist"),
        ("?state=finished", "query:state"),
        ("?limit=0", "query:limit"),
        ("?limit=201", "query:limit"),
        ("?limit=many", "query:limit"),
        ("?cursor=nonsense", "query:cursor"),
        ("?phaseId=p1", "query:phaseId"),
        ("?overdue=perhaps", "query:overdue"),
    ],
)
async def test_a_wrong_parameter_is_named(rollout: Rollout, query: str, pointer: str) -> None:
    answer = await rollout.get(f"/projects/{rollout.id}/activities{query}")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_project_id_that_is_none_is_named(rollout: Rollout) -> None:
    answer = await rollout.get("/projects/mine/activities")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "path:projectId"


@pytest.mark.parametrize("query", ["", "?x=1"])
async def test_a_project_that_does_not_exist_is_a_404_on_both_ways(rollout: Rollout, query: str) -> None:
    assert (await rollout.get(f"/projects/{new_id()}/activities{query}")).status_code == 404


async def test_an_activity_shows_what_its_source_left_open(rollout: Rollout) -> None:
    doubtful = (await rollout.get(f"/activities/{(await rollout.activity('HAN-A2.06'))['id']}")).json()
    waiting = (await rollout.get(f"/activities/{(await rollout.activity('HAN-A4.02'))['id']}")).json()
    assert doubtful["sourceUncertain"]["alternativeSide"] == "supplier"
    assert waiting["window"]["tentative"]
    assert waiting["neededDecision"]["by"] == "customer"


async def test_a_suppliers_view_says_why_it_may_not_change_a_customers_row(rollout: Rollout) -> None:
    path = f"/activities/{(await rollout.activity('HAN-A1.03'))['id']}"
    own = (await rollout.get(path)).json()["allowedActions"][0]
    headers = rollout.service.as_(LEADER, side="supplier") | {"Accept-Language": "sv"}
    other = (await rollout.service.client.get(BASE + path, headers=headers)).json()["allowedActions"][0]
    assert own["allowed"]
    assert own["reason"] is None
    assert not other["allowed"]
    assert other["reason"].startswith("Raden tillhör en annan part")
