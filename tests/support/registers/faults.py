"""What can go wrong at a register, each switchable while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Faults:
    """`forbidden`: endpoints that answer 403. `hidden`: fields left out, by endpoint. `limited`: this many calls answer
    429 first, with `Retry-After: retry_after`. `broken`: this many answer 500 first. `duplicated`: every page ends with
    the first row of the page before. `reordered`: rows come in another order each time. `lost_page`: this page (from 1)
    of every listing is skipped. `moving`: called between the pages of a listing, with the endpoint's name.
    `lookup_limit`: a larger lookup answers 503. `expiring`: a token is good for so many calls. `skew`: seconds by which
    the register's clock is ahead. `spelling`: of the callback's list. `deleted_spelling`: of deleted activities.
    """

    forbidden: set[str] = field(default_factory=set)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    limited: int = 0
    retry_after: str = "0"
    broken: int = 0
    duplicated: bool = False
    reordered: bool = False
    lost_page: int = 0
    moving: Callable[[str], None] | None = None
    lookup_limit: int = 1000
    expiring: int = 0
    skew: float = 0
    spelling: str = "modifiedEntites"
    deleted_spelling: str = "activitites"
