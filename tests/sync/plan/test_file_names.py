"""A package that writes the names of its files in its own way is read by what differs like any other."""

import io
import zipfile

from tests.sync.disasters.damage import with_rows, written
from tests.sync.disasters.world import base_town, copied
from tests.sync.plan.twofold import Twofold
from tests.sync.town import ONEROSTER, Roster


def _in_capitals(content: bytes) -> bytes:
    packed, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        for name in packed.namelist():
            pack.writestr(name.replace("users", "Users"), packed.read(name))
    return target.getvalue()


def _badly_numbered(rows: list[list[str]]) -> list[list[str]]:
    rows[1][rows[0].index("userIds")] = "{nationalId:nonsense}"
    return rows


async def test_a_finding_in_a_file_of_another_spelling_is_where_it_was_expected(roster: Roster) -> None:
    async with roster.database.transaction(roster.tenant) as session:
        both = Twofold(session, roster.tenant, ONEROSTER.model_copy(update={"manifest": None}))
        town = copied(base_town(3))
        await both.load(_in_capitals(with_rows(written(town), "users.csv", _badly_numbered)))
        town.persons[-1].family = "Nyttnamn"
        whole, part = await both.deliver(_in_capitals(with_rows(written(town), "users.csv", _badly_numbered)))
    assert whole is not None
    assert any("Users.csv" in finding for finding in whole["findings"])
    assert part is not None
    assert part["findings"] == whole["findings"]
