"""What people decided about the rows of an upgrade."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from services.projects.instantiation.errors import UpgradeUndecided
from services.projects.instantiation.threeway import RowChange, RowState
from shared.kit.problems import FieldError
from shared.kit.text import Text

Take = Literal["ours", "theirs"]
# Rows where a decision makes a difference.
DECIDABLE = frozenset({RowState.conflict, RowState.template, RowState.both, RowState.new, RowState.removed})


@dataclass(frozen=True)
class Verdicts:
    """By (section, key): `theirs` takes what the template changed, `ours` leaves the row as it stands."""

    takes: Mapping[tuple[str, str], Take] = field(default_factory=dict)
    reason: str | None = None

    def takes_theirs(self, change: RowChange) -> bool:
        """Whether the template's changes to this row are taken; without a decision they are."""
        return self.takes.get((change.section, change.key), "theirs") == "theirs"

    def demand_complete(self, changes: Sequence[RowChange], never_removed: Collection[str]) -> None:
        """Raise UpgradeUndecided unless each conflict is decided, each decision is about a row that has something to
        decide, and none takes away what an upgrade never removes."""
        known = {(change.section, change.key): change for change in changes}
        errors = [
            *(_error(change, _UNDECIDED, "undecided") for at, change in known.items() if self._is_open(at, change)),
            *(
                _error(known[at], _NOTHING, "nothing_to_decide")
                for at in self.takes
                if at in known and known[at].state not in DECIDABLE
            ),
            *(
                _error(change, _STAYS, "never_removed")
                for at, change in known.items()
                if change.section in never_removed and _is_removal(change) and self.takes.get(at) == "theirs"
            ),
            *(
                FieldError(pointer="#/decisions", detail=f"{section} {key}", code="unknown")
                for section, key in self.takes
                if (section, key) not in known
            ),
        ]
        if errors:
            text = Text(sv=f"{len(errors)} rader behöver avgöras", en=f"{len(errors)} rows need a decision")
            raise UpgradeUndecided(text, errors=errors)

    def as_json(self) -> list[dict[str, Any]]:
        return [{"section": section, "key": key, "take": take} for (section, key), take in sorted(self.takes.items())]

    def _is_open(self, at: tuple[str, str], change: RowChange) -> bool:
        return change.state is RowState.conflict and at not in self.takes


_UNDECIDED = Text(
    sv="Både mallen och projektet har ändrat raden; välj ours eller theirs",
    en="Both the template and the project changed this row; choose ours or theirs",
)
_NOTHING = Text(sv="Mallen ändrar inget på raden", en="The template changes nothing in this row")
_STAYS = Text(
    sv="Faser, delprojekt och grindar tas aldrig bort av en uppgradering; välj ours",
    en="An upgrade never removes phases, tracks and gates; choose ours",
)


def _is_removal(change: RowChange) -> bool:
    return all(field.theirs is None for field in change.fields)


def _error(change: RowChange, text: Text, code: str) -> FieldError:
    detail = Text(sv=f"{change.section} {change.key}: {text.sv}", en=f"{change.section} {change.key}: {text.en}")
    return FieldError(pointer="#/decisions", detail=detail, code=code)
