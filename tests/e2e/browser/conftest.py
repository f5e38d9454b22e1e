"""A browser per test: nobody inherits another's cookies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browser.person import Person


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    person = Person(tmp_path / "profile")
    try:
        yield person
    finally:
        person.leave()
