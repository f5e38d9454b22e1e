"""From people to replicas: the arithmetic, and that the document and the chart follow it."""

from typing import Any

import pytest

from cli.capacity.model import Measured, busy, nightly, plan, rates, read_assumptions
from cli.capacity.report import main

GIB = 2**30


@pytest.fixture
def assumptions() -> dict[str, Any]:
    habits = {"in_hour": 0.0, "operations": {}}
    return {
        "places": {"here": {"title": "here", "authorities": 1, "staff": 36_000, "pupils": 0, "guardians": 0}},
        "morning": {
            "peak_minute": 2.0,
            "groups": {
                "staff": {"in_hour": 0.5, "operations": {"login": 1, "me": 3}},
                "pupils": habits,
                "guardians": habits,
            },
        },
        "night": {"hours": 1.0, "changed_share": 0.1},
        "sizing": {
            "web_busy": 0.5,
            "worker_busy": 0.5,
            "database_busy": 0.5,
            "gateway_busy": 0.5,
            "gateway_cores": 2.0,
            "least_replicas": 2,
            "database_servers": 3,
            "database_gib_per_core": 4,
            "spare": 1.0,
        },
        "prices": {"currency": "EUR", "core": 10.0, "gib_memory": 1.0, "gib_storage": 0.5},
    }


@pytest.fixture
def measured() -> Measured:
    return Measured(
        cpu={
            "login": {"gateway": 0.002, "identity": 0.2, "postgres": 0.1},
            "me": {"gateway": 0.001, "identity": 0.01},
        },
        roster_new={"sync-worker": 0.1},
        roster_seen={"sync-worker": 0.05},
        memory={"gateway": GIB, "identity": GIB, "postgres": GIB, "sync-worker": GIB},
        bytes_per_person=GIB / 36_000,
        check={},
        machine="a machine",
        measured_on="2026-11-22",
    )


def test_the_busiest_minute_has_its_multiple_of_the_hour(assumptions: dict[str, Any]) -> None:
    assert rates(assumptions, "here") == {"login": 10.0, "me": 30.0}


def test_operations_keep_every_process_busy_that_they_pass(measured: Measured) -> None:
    found = busy(measured, {"login": 10.0, "me": 30.0})
    assert found == pytest.approx({"gateway": 0.05, "identity": 2.3, "postgres": 1.0})


def test_a_night_reads_everybody_and_stores_what_is_new(assumptions: dict[str, Any], measured: Measured) -> None:
    assert nightly(assumptions, measured, "here") == pytest.approx({"sync-worker": 0.6})


def test_replicas_bear_the_busiest_minute_of_day_and_night(assumptions: dict[str, Any], measured: Measured) -> None:
    found = {need.process: (need.replicas, need.cores) for need in plan(assumptions, measured, "here").needs}
    assert found == {"gateway": (2, 2.0), "identity": (5, 1.0), "postgres": (3, 2.0), "sync-worker": (2, 1.0)}


def test_spare_replicas_come_on_top(assumptions: dict[str, Any], measured: Measured) -> None:
    assumptions["sizing"]["spare"] = 1.5
    [identity] = [need for need in plan(assumptions, measured, "here").needs if need.process == "identity"]
    assert identity.replicas == 7


def test_what_it_costs_is_cores_memory_and_storage(assumptions: dict[str, Any], measured: Measured) -> None:
    place = plan(assumptions, measured, "here")
    # Two gateways of two cores, five and two of one, three databases of two with 8 GiB each.
    assert (place.cores, place.memory_gib, place.storage_gib) == pytest.approx((17.0, 33.0, 3.0))
    assert place.monthly == pytest.approx(170 + 33 + 1.5)
    assert (place.logins_per_second, place.requests_per_second) == (10.0, 70.0)


def test_every_operation_that_people_are_taken_to_do_was_measured() -> None:
    assumptions, measured = read_assumptions(), Measured.read()
    for place in assumptions["places"]:
        assert rates(assumptions, place).keys() <= measured.cpu.keys()
        assert plan(assumptions, measured, place).monthly > 0


def test_the_document_says_what_the_model_says() -> None:
    assert main(["--check"]) == 0
