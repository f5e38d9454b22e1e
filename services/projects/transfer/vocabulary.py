"""The closed word lists of moving content from older systems."""

from enum import StrEnum


class ContentScope(StrEnum):
    """Whose content it is: the whole school's, a group's, or one person's."""

    school = "school"
    group = "group"
    individual = "individual"


class Currency(StrEnum):
    current = "current"
    historic = "historic"
    any = "any"


class Disposition(StrEnum):
    """What is decided about a category: it moves, or it is deleted with the old system."""

    route = "route"
    delete = "delete"


class RunKind(StrEnum):
    trial = "trial"
    live = "live"


class RunState(StrEnum):
    started = "started"
    done = "done"
    abandoned = "abandoned"


class CheckResult(StrEnum):
    """What a unit says after looking at its own content; `corrections` still has to become `ok`."""

    ok = "ok"
    corrections = "corrections"
    failed = "failed"
