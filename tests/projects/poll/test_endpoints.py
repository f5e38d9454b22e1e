"""Polls: one vote each, counts when it is closed, few people hidden."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.benefit.support import call, ok
from tests.projects.conftest import Rollout

QUESTION = {"sv": "Kan ni börja före sommaren?", "en": "Can you start before the summer?", "da": None}
DURING = datetime(2027, 3, 9, 12, tzinfo=UTC)


async def poll_with(rollout: Rollout, votes: dict[str, int]) -> dict[str, Any]:
    service = rollout.service
    body = {"question": QUESTION, "closesOn": "2027-03-09"}
    poll = await ok(service, "POST", f"/projects/{rollout.id}/polls", body)
    for choice, count in votes.items():
        for _ in range(count):
            await ok(service, "POST", f"/polls/{poll['id']}/votes", {"choice": choice}, "participant@*")
    assert (await ok(service, "GET", f"/polls/{poll['id']}"))["votes"] is None
    closed: dict[str, Any] = await ok(service, "POST", f"/polls/{poll['id']}/closures")
    return closed


@pytest.mark.parametrize(
    ("votes", "shown"),
    [
        ({"yes": 6, "no": 5, "dont_know": 0}, (11, {"yes": 6, "no": 5, "dont_know": 0})),
        ({"yes": 9, "no": 2, "dont_know": 6}, (17, {"yes": 9, "no": None, "dont_know": None})),
        ({"yes": 3, "no": 1}, (None, {"yes": None, "no": None, "dont_know": None})),
    ],
)
async def test_counts_are_shown_when_it_is_closed_without_giving_few_away(
    rollout: Rollout, votes: dict[str, int], shown: tuple[int | None, dict[str, int | None]]
) -> None:
    with frozen(DURING):
        closed = await poll_with(rollout, votes)
    assert (closed["votes"], closed["counts"]) == shown


async def test_nobody_votes_twice_or_too_late(rollout: Rollout) -> None:
    service, voter = rollout.service, new_id()
    with frozen(DURING):
        body = {"question": QUESTION, "closesOn": "2027-03-09"}
        poll = await ok(service, "POST", f"/projects/{rollout.id}/polls", body)
        path, vote = f"/polls/{poll['id']}/votes", {"choice": "yes"}
        codes = [(await call(service, "POST", path, vote, subject=voter)).status_code for _ in range(2)]
    with frozen(datetime(2027, 3, 10, 12, tzinfo=UTC)):
        codes.append((await call(service, "POST", path, vote)).status_code)
    assert codes == [201, 409, 409]
