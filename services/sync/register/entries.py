"""What a register is told, in the words of SS12000's `/log` and `/statistics`: counts, rules and its own ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.sync.rules.catalogue import RULES

RESOURCES = {
    "organisations": "Organisation",
    "persons": "Person",
    "groups": "Group",
    "duties": "Duty",
    "placements": "Placement",
    "activities": "Activity",
}
_KINDS = {
    "unit": "Organisation",
    "person": "Person",
    "group": "Group",
    "duty": "Duty",
    "placement": "Placement",
    "activity": "Activity",
}
_LEVELS = {"critical": "Error", "fatal": "Error", "error": "Error", "warning": "Warning"}
Entry = dict[str, Any]


def log_entries(findings: Sequence[Any], at: datetime) -> list[Entry]:
    """One entry for each object with something wrong, as far as the register's own id is known; one for the rest of a
    rule. The texts are the rule's own: no name, no value."""
    entries: list[Entry] = []
    told: set[tuple[str, str]] = set()
    for finding in findings:
        resource = RESOURCES.get(finding.file.partition(".")[0])
        base = {"messageType": finding.rule, "severityLevel": _LEVELS[finding.severity]}
        base |= {"timeOfOccurance": at.isoformat()} | ({"resourceType": resource} if resource else {})
        if resource and (sid := _uuid(finding.row_ref)):
            entries.append(base | {"message": _words(finding.rule), "resourceId": sid})
        elif (finding.rule, finding.file) not in told:
            told.add((finding.rule, finding.file))
            entries.append(base | {"message": f"{_words(finding.rule)} ({finding.total})"})
    return entries


def statistics_entries(counts: Mapping[str, Mapping[str, int]], at: datetime) -> list[Entry]:
    """What an applied run created, changed and ended, by the register's own kinds."""
    return [
        {
            "resourceType": resource,
            "newCount": counts[kind].get("created", 0),
            "updatedCount": counts[kind].get("changed", 0),
            "deletedCount": counts[kind].get("ended", 0),
            "timeOfOccurance": at.isoformat(),
        }
        for kind, resource in _KINDS.items()
        if kind in counts
    ]


def _words(rule: str) -> str:
    known = RULES.get(rule)
    return known.message.sv if known else rule


def _uuid(value: str | None) -> str | None:
    try:
        return str(UUID(value)) if value else None
    except ValueError:
        return None
