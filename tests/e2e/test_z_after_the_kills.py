"""The last word on test_kills.py: a delivery that a killed worker had begun is due again after its lease (45 s)."""

import pytest

from tests.e2e.kills import Aftermath

pytestmark = [pytest.mark.stack, pytest.mark.slow]


def test_every_event_was_delivered_though_its_worker_was_killed(aftermath: Aftermath) -> None:
    for made in aftermath.acknowledged.values():
        aftermath.listener.wait_for(lambda event, made=made: event["data"]["projectId"] == made, seconds=60)  # type: ignore[misc]
    assert aftermath.listener.refused == 0
