"""Every read of plan data gives the answer of a past instant again, and offers no way to change it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER, CreateRollout, Facts, Rollout
from tests.projects.history.conftest import hour, look_back

# What tells of the request and not of the plan.
NOT_FACTS = {"_links", "allowedActions"}


def facts_of(value: Any) -> Any:
    """`value` without links and offered actions."""
    if isinstance(value, dict):
        return {key: facts_of(each) for key, each in value.items() if key not in NOT_FACTS}
    return [facts_of(each) for each in value] if isinstance(value, list) else value


async def pages(rollout: Rollout) -> list[str]:
    gate, activity = await rollout.gate("m3"), await rollout.activity("HAN-A1.01")
    return [
        "/projects",
        f"/projects/{rollout.id}",
        f"/projects/{rollout.id}/phases",
        f"/projects/{rollout.id}/activities?limit=200",
        f"/projects/{rollout.id}/activities?limit=7&overdue=true",
        f"/projects/{rollout.id}/gates",
        f"/activities/{activity['id']}",
        f"/gates/{gate['id']}",
        f"/gates/{gate['id']}/explanations",
        "/signals",
    ]


async def change_much(rollout: Rollout, facts: Facts) -> list[tuple[int, dict[str, str]]]:
    """Act hour by hour; what each page showed half an hour after each act."""
    taken = []
    acts: tuple[Callable[[], Awaitable[Any]], ...] = (
        lambda: rollout.patch("HAN-A1.01", {"state": "started", "notes": "on the way"}),
        lambda: facts.coverage(3, 9),
        lambda: rollout.patch("HAN-A1.01", {"state": "done"}),
        lambda: rollout.patch("HAN-A1.02", {"ownerId": str(new_id())}),
        facts.roster_applied,
    )
    for number, act in enumerate(acts, start=1):
        with clock.frozen(hour(24 * number)):
            await act()
        with clock.frozen(hour(24 * number) + timedelta(minutes=30)):
            taken.append(
                (24 * number, {path: facts_of((await rollout.get(path)).json()) for path in await pages(rollout)})
            )
    return taken


async def test_each_page_reads_at_a_past_instant_as_it_read_then(create_rollout: CreateRollout, facts: Facts) -> None:
    with clock.frozen(hour(0)):
        rollout = await create_rollout()
    taken = await change_much(rollout, facts)
    with clock.frozen(hour(24 * 100)):
        for number, shown in taken:
            for path, then in shown.items():
                again = await look_back(rollout, path, hour(number) + timedelta(minutes=30))
                assert again.status_code == 200, again.text
                assert facts_of(again.json()) == then, (number, path)


async def test_a_list_of_the_past_repeats_byte_by_byte(create_rollout: CreateRollout) -> None:
    with clock.frozen(hour(0)):
        rollout = await create_rollout()
    path = f"/projects/{rollout.id}/activities?limit=200"
    with clock.frozen(hour(1)):
        then = (await rollout.get(path)).content
    with clock.frozen(hour(2)):
        await rollout.patch("HAN-A1.01", {"state": "done"})
    with clock.frozen(hour(3)):
        again = (await look_back(rollout, path, hour(1))).content
    start, end = b'{"items":', b',"_links"'
    assert again[again.index(start) : again.rindex(end)] == then[then.index(start) : then.rindex(end)]


async def test_a_past_state_offers_no_action_and_no_etag(rollout: Rollout) -> None:
    activity = await rollout.activity("HAN-A1.01")
    now = await rollout.get(f"/activities/{activity['id']}")
    then = await look_back(rollout, f"/activities/{activity['id']}", clock.now())
    assert "etag" in now.headers
    assert "etag" not in then.headers
    assert any(action["allowed"] for action in now.json()["allowedActions"])
    assert not any(action["allowed"] for action in then.json()["allowedActions"])
    assert all("asOf" in action["reason"] for action in then.json()["allowedActions"])


async def test_what_did_not_exist_yet_is_not_found(create_rollout: CreateRollout) -> None:
    with clock.frozen(hour(1)):
        rollout = await create_rollout()
    with clock.frozen(hour(2)):
        assert (await look_back(rollout, f"/projects/{rollout.id}", hour(0))).status_code == 404
        assert (await look_back(rollout, f"/projects/{rollout.id}/activities", hour(0))).status_code == 404
        assert (await look_back(rollout, "/projects", hour(0))).json()["items"] == []


async def test_another_tenants_past_is_not_found(rollout: Rollout) -> None:
    headers = rollout.service.as_(LEADER, tenant=new_id())
    for path in (f"/projects/{rollout.id}", f"/projects/{rollout.id}/activities"):
        answer = await rollout.service.client.get(
            BASE + path, params={"asOf": clock.now().isoformat()}, headers=headers
        )
        assert answer.status_code == 404


async def test_a_date_means_the_end_of_that_day_in_stockholm(create_rollout: CreateRollout) -> None:
    with clock.frozen(hour(0)):  # 09:00 in Stockholm
        rollout = await create_rollout()
    with clock.frozen(hour(14) + timedelta(minutes=30)):  # 23:30, still the same day there
        await rollout.patch("HAN-A1.01", {"state": "started"})
    with clock.frozen(hour(15) + timedelta(minutes=30)):  # half past midnight
        await rollout.patch("HAN-A1.01", {"state": "done"})
    with clock.frozen(hour(100)):
        path = f"/projects/{rollout.id}/activities?state=started"
        assert len((await look_back(rollout, path, "2027-03-01")).json()["items"]) == 1
        assert len((await look_back(rollout, path, "2027-03-02")).json()["items"]) == 0


async def test_what_was_late_is_judged_on_that_day(create_rollout: CreateRollout) -> None:
    with clock.frozen(hour(0)):
        rollout = await create_rollout()
        await rollout.patch(
            "HAN-A1.01",
            {"window": {"start": "2027-03-03", "end": "2027-03-03", "precision": "day", "tentative": False}},
        )
    path = f"/projects/{rollout.id}/activities?limit=200&overdue=true"
    with clock.frozen(hour(24 * 400)):
        late = {row["sourceRef"] for row in (await look_back(rollout, path, "2027-03-04")).json()["items"]}
        in_time = {row["sourceRef"] for row in (await look_back(rollout, path, "2027-03-03")).json()["items"]}
    assert "HAN-A1.01" in late - in_time


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("yesterday", "datetime_parsing"),
        ("", "datetime_parsing"),
        ("2027-02-30", "datetime_parsing"),
        ("2027-01-01T08:00:00", "datetime_parsing"),
        ("2027-01-01T08:00:00 01:00", "datetime_parsing"),
        ("0001-01-01T00:00:00%2B14:00", "datetime_parsing"),
        ("2" * 5000, "datetime_parsing"),
        ("2027-03-02", "future"),
        ("9999-12-31", "datetime_parsing"),
        ("2027-03-01T08:00:01Z", "future"),
    ],
)
async def test_a_time_that_is_none_or_has_not_come_is_refused_by_name(rollout: Rollout, asked: str, code: str) -> None:
    with clock.frozen(hour(0)):
        answer = await look_back(rollout, f"/projects/{rollout.id}", asked)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("query:asOf", code)


async def test_today_as_a_date_is_the_present(rollout: Rollout) -> None:
    with clock.frozen(hour(0)):
        assert (await look_back(rollout, f"/projects/{rollout.id}", "2027-03-01")).status_code == 200


async def test_the_next_request_looks_at_the_present_again(rollout: Rollout) -> None:
    path = f"/projects/{rollout.id}/activities?limit=200"
    await look_back(rollout, path, clock.now() - timedelta(days=900))
    assert clock.past() is None
    assert (await rollout.get(path)).json()["items"]
    assert "etag" in (await rollout.get(f"/projects/{rollout.id}")).headers


async def test_a_list_of_the_past_keeps_its_instant_over_its_pages(create_rollout: CreateRollout) -> None:
    with clock.frozen(hour(0)):
        rollout = await create_rollout()
    with clock.frozen(hour(1)):
        await rollout.patch("HAN-A1.01", {"state": "done"})
        first = (await look_back(rollout, f"/projects/{rollout.id}/activities?limit=5", hour(0))).json()
        following = first["_links"]["next"]["href"]
        assert "asOf=2027-03-01T08" in following
        second = await rollout.service.client.get(following, headers=rollout.service.as_(LEADER))
    assert first["items"][-1]["position"] < second.json()["items"][0]["position"]
