"""Programmes, their waves, and the task lists that they publish."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import WINDOW_CHECK, WindowColumns, one_of, to_table, window_check
from services.projects.plan.window import Precision, Window
from services.projects.programme.vocabulary import Audience, ProgrammeState, SizeOf, WaveKind, WaveState
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Programme(Model, TenantRow, Versioned, table=True):
    """A rollout over many municipalities or units. `expected_size` is how many municipalities it is to cover (98).

    With `gates_on_readiness` nobody enters a wave whose readiness score is below `readiness_min_score` percent, or
    unknown, without a waiver (AU-V: our rule, switchable).
    """

    __tablename__ = "programme"
    __table_args__ = (
        one_of("state", ProgrammeState),
        CheckConstraint("expected_size >= 0", name="expected_size"),
        CheckConstraint("readiness_min_score BETWEEN 0 AND 100", name="readiness_min_score"),
        UniqueConstraint("tenant_id", "key"),
    )

    key: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    state: str = Field(default=ProgrammeState.active.value, sa_type=Text)
    template_key: str | None = Field(default=None, sa_type=Text)
    template_version: str | None = Field(default=None, sa_type=Text)
    expected_size: int | None = None
    gates_on_readiness: bool = False
    readiness_min_score: int = 70


class Wave(Model, TenantRow, Versioned, WindowColumns, table=True):
    """A stage of a programme. The window is that of the rollout, `use_*` when it is taken into use.

    `size_of` says what `size_min` to `size_max` count; null where nobody has said.
    """

    __tablename__ = "wave"
    __table_args__ = (
        to_table("programme", "programme_id"),
        window_check(),
        CheckConstraint(WINDOW_CHECK.replace("window_", "use_"), name="use_window"),
        one_of("kind", WaveKind),
        one_of("audience", Audience),
        one_of("size_of", SizeOf),
        one_of("state", WaveState),
        CheckConstraint("size_min >= 0 AND size_min <= size_max", name="size"),
        UniqueConstraint("tenant_id", "programme_id", "key"),
    )

    programme_id: UUID
    key: str = Field(sa_type=Text)
    position: int
    kind: str = Field(sa_type=Text)
    audience: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    use_start: date | None = Field(default=None, sa_type=Date)
    use_end: date | None = Field(default=None, sa_type=Date)
    use_precision: str | None = Field(default=None, sa_type=Text)
    use_tentative: bool = False
    size_min: int | None = None
    size_max: int | None = None
    size_of: str = Field(default=SizeOf.municipality.value, sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    state: str = Field(default=WaveState.planned.value, sa_type=Text)

    @property
    def use(self) -> Window | None:
        if self.use_start is None or self.use_end is None or self.use_precision is None:
            return None
        precision = Precision(self.use_precision)
        return Window(start=self.use_start, end=self.use_end, precision=precision, tentative=self.use_tentative)

    def set_use(self, window: Window | None) -> None:
        self.use_start, self.use_end = (window.start, window.end) if window else (None, None)
        self.use_precision = window.precision.value if window else None
        self.use_tentative = bool(window and window.tentative)


class Publication(Model, TenantRow, table=True):
    """A version of a template that the programme gave out as its central task list; numbered, never changed."""

    __tablename__ = "programme_publication"
    __table_args__ = (
        to_table("programme", "programme_id"),
        UniqueConstraint("tenant_id", "programme_id", "number"),
    )

    programme_id: UUID
    number: int
    template_key: str = Field(sa_type=Text)
    template_version: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    published_at: datetime = Field(sa_type=TIMESTAMP)
