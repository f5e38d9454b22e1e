"""What a delta may start from: what the platform certainly has, and what it perhaps has besides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Told:
    """A package that the platform has, or may have. `is_whole`: it took every row, as far as anybody said.

    `keys` are the headers of each file's key, empty where nobody wrote them down.
    """

    id: UUID
    mode: str
    base_id: UUID | None
    made_at: datetime
    told_at: datetime
    is_whole: bool
    manifest_id: UUID | None
    keys: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Basis:
    """`base` is None where nobody can tell what the platform has; `doubted` were told since, the oldest first."""

    base: Told | None = None
    doubted: tuple[Told, ...] = ()


def basis(told: Iterable[Told]) -> Basis:
    """What the platform has after all of these. A total replaces everything; a delta adds to what it started from.

    A delta whose base turned out not to be there, or that was overtaken by another package, is doubted.
    """
    base: Told | None = None
    doubted: list[Told] = []
    for one in sorted(told, key=lambda package: (package.told_at, package.id)):
        if one.is_whole and (one.mode == "total" or _follows(one, base, doubted)):
            base, doubted = one, []
        else:
            doubted.append(one)
    return Basis(base, tuple(doubted))


def _follows(one: Told, base: Told | None, doubted: list[Told]) -> bool:
    is_first = base is None and not doubted
    knew_all = all(other.told_at <= one.made_at for other in doubted)
    return one.base_id == (base.id if base else None) and (is_first or (base is not None and knew_all))


def can_be_compared(found: Basis, keys: dict[str, tuple[str, ...]]) -> bool:
    """Whether rows of these keys can be told apart from what the platform has: nothing forgotten, the same keys."""
    return found.base is not None and all(
        one.manifest_id is not None and all(keys.get(file) == key for file, key in one.keys.items()) and one.keys
        for one in (found.base, *found.doubted)
    )
