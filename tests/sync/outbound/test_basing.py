"""What a delta starts from: what the platform certainly has, or else it is a total."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.sync.outbound.basing import Told, basis
from services.sync.outbound.manifest import CHANGED, PERHAPS, Manifest
from shared.kit import clock
from tests.support.services import ServiceUnderTest, Start
from tests.sync.outbound.packages import ELEVER, answered, changed, content, declared, produced, table
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, load

_START = clock.now()
Package = tuple[int, str, int, int]  # its day, how the platform took it, the day of its base, the day of its making


def _told(package: Package) -> Told:
    day, answer, base, made = package
    return Told(
        id=UUID(int=day),
        mode="delta" if base else "total",
        base_id=UUID(int=base) if base else None,
        made_at=_START + timedelta(days=made),
        told_at=_START + timedelta(days=day),
        is_whole=answer == "whole",
        manifest_id=None,
        keys={},
    )


@pytest.mark.parametrize(
    ("packages", "base", "doubted"),
    [
        ([], None, []),
        ([(1, "whole", 0, 1), (2, "whole", 1, 2), (3, "whole", 2, 3)], 3, []),
        ([(1, "whole", 0, 1), (3, "whole", 2, 3), (4, "whole", 3, 4)], 1, [3, 4]),  # that of day 2 was rejected late
        ([(1, "partly", 0, 1), (2, "whole", 1, 2)], None, [1, 2]),
        ([(1, "whole", 0, 1), (2, "partly", 1, 2)], 1, [2]),
        ([(1, "whole", 0, 1), (2, "perhaps", 1, 2), (3, "whole", 1, 3)], 3, []),  # it told again what 2 may have told
        ([(1, "whole", 0, 1), (3, "perhaps", 1, 3), (4, "whole", 1, 2)], 1, [3, 4]),  # it was made before 3 was tried
        ([(1, "whole", 0, 1), (3, "whole", 1, 3), (4, "whole", 1, 2)], 3, [4]),  # it lay ready and was overtaken
        ([(1, "perhaps", 0, 1), (2, "partly", 1, 2), (3, "whole", 0, 3)], 3, []),
    ],
)
def test_the_base_is_what_the_platform_has_for_certain(
    packages: list[Package], base: int | None, doubted: list[int]
) -> None:
    found = basis(_told(package) for package in reversed(packages))
    assert (found.base.id.int if found.base else None, [one.id.int for one in found.doubted]) == (base, doubted)


def test_what_a_package_may_have_told_or_taken_back_is_told_again() -> None:
    base, perhaps = Manifest(b"k"), Manifest(b"k")
    for key, digest in (("same", b"1"), ("other", b"1"), ("gone", b"1")):
        base.add("a.csv", (key,), digest)
    for key, digest in (("same", b"1"), ("other", b"2"), ("new", b"2")):
        perhaps.add("a.csv", (key,), digest)
    base.doubt(perhaps)
    assert base.rows["a.csv"] == {("same",): b"1", ("other",): CHANGED, ("gone",): PERHAPS, ("new",): PERHAPS}


async def rename(service: ServiceUnderTest, person: Any, name: str) -> None:
    async with service.database.transaction(service.tenant) as session:
        await session.execute(
            text("UPDATE person SET family_name = :name WHERE source_id = :id"), {"name": name, "id": person.id}
        )


async def told(service: ServiceUnderTest, delivery: dict[str, Any]) -> dict[str, str]:
    """By person: the family name that a delta tells."""
    assert delivery["mode"] == "delta", delivery
    return {row["ElevID"]: row["Efternamn"] for row in table(await content(service, delivery))}


def is_whole(delivery: dict[str, Any], rows: int) -> bool:
    """Whether a delta became a total, and says so."""
    rules = [finding["rule"] for finding in delivery["findings"]]
    count = delivery["counts"][0]
    return (delivery["mode"], rules, count["written"]) == ("total", ["told_whole"], rows)


async def test_what_a_package_told_that_was_rejected_late_or_in_part_is_told_again(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town(20)
    await load(sync, oneroster_zip(small))
    one, two, three = small.of_part("pupil")[:3]
    template = await declared(sync)
    total = await produced(sync, template)
    await answered(sync, total)
    deltas = []
    for person in (one, two):
        await rename(sync, person, "Nyström")
        deltas.append(await produced(sync, template, "delta"))
        await answered(sync, deltas[-1])
    await answered(sync, deltas[0], "rejected", acceptedRows=0)
    again = await produced(sync, template, "delta")
    assert await told(sync, again) == {one.id: "Nyström", two.id: "Nyström"}
    await answered(sync, again, rejectedRows=1)
    await rename(sync, three, "Nyström")
    once_more = await produced(sync, template, "delta")
    assert await told(sync, once_more) == {one.id: "Nyström", two.id: "Nyström", three.id: "Nyström"}
    await answered(sync, total, rejectedRows=1)
    assert is_whole(await produced(sync, template, "delta"), len(small.persons))


async def test_another_key_makes_the_next_delta_a_total(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town(20)
    await load(sync, oneroster_zip(small))
    template = await declared(sync)
    await answered(sync, await produced(sync, template))
    file = ELEVER["files"][0]
    part = file["parts"][0] | {"constants": {"Typ": "person"}}
    other = file | {"columns": [*file["columns"], {"header": "Typ"}], "key": ["ElevID", "Typ"], "parts": [part]}
    assert (await changed(sync, template, template=ELEVER | {"files": [other]})).status_code == 200
    total = await produced(sync, template, "delta")
    assert is_whole(total, len(small.persons))
    await answered(sync, total)
    assert await told(sync, await produced(sync, template, "delta")) == {}


async def test_without_the_manifest_of_the_newest_package_no_older_one_is_the_base(committed_service: Start) -> None:
    """Whom the newest has added could never be taken away by a delta from an older one."""
    sync = await committed_service("sync")
    small = town(20)
    await load(sync, oneroster_zip(small))
    template = await declared(sync)
    await answered(sync, await produced(sync, template))
    await answered(sync, await produced(sync, template, "delta"))
    async with sync.database.transaction(sync.tenant) as session:
        copy = await session.scalar(
            text("SELECT id FROM file_copy_log WHERE what LIKE 'application/gzip%' ORDER BY id DESC LIMIT 1")
        )
    body = {"reason": "fel urval, ersatt samma dag"}
    erased = await sync.client.post(f"/sync/v1/copies/{copy}/erasures", json=body, headers=sync.as_(LOADER))
    assert erased.status_code == 200, erased.text
    assert is_whole(await produced(sync, template, "delta"), len(small.persons))
