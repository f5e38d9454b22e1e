"""Which facts are read: there is one for each unit and role, and most judgements want the figure for the whole."""

from uuid import UUID

from services.projects.signal.service import SignalService
from shared.kit.ids import new_id
from tests.projects.conftest import Facts
from tests.support.services import ServiceUnderTest

KIND = "training_coverage"


async def test_units_are_read_where_nothing_is_told_of_the_whole_and_where_they_are_named(
    projects: ServiceUnderTest, facts: Facts
) -> None:
    one, other = new_id(), new_id()
    for unit in (one, other, None):
        await facts.coverage(1, 2, role="teacher", unit=unit)
    await facts.coverage(1, 2, role="leader", unit=one)

    async def read(*units: UUID) -> set[tuple[str, UUID]]:
        async with projects.database.transaction(projects.tenant) as session:
            found = await SignalService(session).of_kinds([KIND, "sync_verified"], units)
        return {(each.key, each.scope_id) for each in found}

    whole, only = ("teacher", projects.tenant), ("leader", one)
    assert await read() == {whole, only}
    assert await read(other) == {whole, only, ("teacher", other)}
