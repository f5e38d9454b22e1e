"""The retry schedule, and how far a receiver may stretch it."""

from datetime import timedelta

import pytest

from services.webhooks.delivery.schedule import RETRY_AFTER, Outcome, next_delay

FAILED = Outcome(1, status_code=500)


def test_there_are_ten_attempts_over_three_days() -> None:
    waits = [next_delay(failed, FAILED, 0.5) for failed in range(1, 11)]
    hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert waits == [*(timedelta(hours=hour) for hour in hours), None]
    assert 75 < sum(RETRY_AFTER, timedelta()).total_seconds() / 3600 < 76


def test_chance_spreads_a_wait_by_a_fifth_either_way() -> None:
    assert next_delay(2, FAILED, 0.0) == timedelta(seconds=240)
    assert next_delay(2, FAILED, 1.0) == timedelta(seconds=360)


@pytest.mark.parametrize(
    ("failed", "asked", "seconds"),
    [(2, 400, 400), (2, 10, 300), (2, 86_400, 600), (1, 30, 30), (1, 3600, 60)],
)
def test_a_receiver_that_throttles_is_given_time_within_limits(failed: int, asked: float, seconds: float) -> None:
    for status in (429, 503):
        outcome = Outcome(1, status_code=status, retry_after=asked)
        assert next_delay(failed, outcome, 0.5) == timedelta(seconds=seconds)


def test_only_throttling_answers_may_ask_for_time() -> None:
    assert next_delay(1, Outcome(1, status_code=500, retry_after=60), 0.5) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("status", "success"),
    [(200, True), (204, True), (299, True), (301, False), (308, False), (404, False), (410, False)],
)
def test_only_2xx_is_a_delivery(status: int, success: bool) -> None:
    assert Outcome(1, status_code=status).is_success is success
