"""One whole stack for all tests below, started when the first of them asks for it."""

from collections.abc import Iterator

import pytest

from cli.demo.listener import Listener
from tests.e2e.house import House
from tests.e2e.kills import Aftermath, kill_while_writing
from tests.support.collector import Collector, collecting


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """What the whole stack tells of its work, while all tests run."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[House]:
    """The running stack with the demo municipality, in a state folder of its own; gone afterwards."""
    house = House(tmp_path_factory.mktemp("house") / "state", {"STARTKLAR_OTLP_ENDPOINT": collector.url})
    try:
        house.up()
        yield house
    finally:
        house.reset()


@pytest.fixture(scope="session")
def aftermath(house: House) -> Iterator[Aftermath]:
    """What is left after processes were killed under writers; made once, looked at by two modules."""
    listener = Listener()
    yield kill_while_writing(house, listener)
    listener.stop()
