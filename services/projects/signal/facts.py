"""Choosing among signals: of one project, of one kind, and only from the service that may tell it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.projects.signal.models import Signal

OWN = "projects"


@dataclass(frozen=True)
class Told:
    """Facts as services told them, to be asked by whoever judges."""

    signals: tuple[Signal, ...] = ()

    @classmethod
    def about(cls, project_id: UUID, signals: Iterable[Signal]) -> "Told":
        """Without what was told about other projects of the tenant."""
        return cls(tuple(each for each in signals if each.scope != "project" or each.scope_id == project_id))

    def of_kind(self, kind: str) -> list[Signal]:
        return [signal for signal in self.signals if signal.kind == kind]

    def by(self, source: str, kind: str, key: str = "") -> list[Signal]:
        """Facts of one kind and key, from the only service that may tell them, newest first."""
        found = [signal for signal in self.of_kind(kind) if (signal.source, signal.key) == (source, key)]
        return sorted(found, key=lambda signal: signal.observed_at, reverse=True)

    def own(self, kind: str, key: str = "") -> Signal | None:
        """A fact that this service computed from its own rows; each stands once per project."""
        return next(iter(self.by(OWN, kind, key)), None)
