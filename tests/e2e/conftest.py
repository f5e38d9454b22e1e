"""One whole stack for all tests below, started when the first of them asks for it."""

from collections.abc import Iterator

import pytest

from tests.e2e.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running stack with the demo municipality, in a state folder of its own; gone afterwards."""
    house = House(tmp_path_factory.mktemp("house") / "state")
    try:
        house.up()
        yield house
    finally:
        house.reset()
