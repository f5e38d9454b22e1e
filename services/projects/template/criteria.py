"""What a gate asks for, as a template writes it: a closed set of criterion kinds, each with its own parameters.

`basis` says whether the source demands it or whether it is our addition, which a customer may want to know.
A number can be given outright or as the name of an integer option (`{option: key_person_coverage_percent}`).
"""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from services.projects.plan.vocabulary import PartySide, RiskLevel
from shared.auth.principal import Acr
from shared.kit.text import Text

Reference = Annotated[str, Field(min_length=1, max_length=80)]
CriterionKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")]


class FromOption(BaseModel):
    """A number that is chosen when the plan is instantiated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    option: str


class _Criterion(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    key: CriterionKey
    title: Text
    mandatory: bool = True
    basis: Literal["source", "startklar"]
    enabled_if: str | None = None

    def params(self, settle: Callable[[int | FromOption], int]) -> dict[str, Any]:
        """What the criterion asks for, as the gate keeps it; `settle` gives the number of an option."""
        own = set(type(self).model_fields) - set(_Criterion.model_fields) - {"kind"}
        return {name: _plain(value, settle) for name in sorted(own) if (value := getattr(self, name)) is not None}


def _plain(value: Any, settle: Callable[[int | FromOption], int]) -> Any:
    if isinstance(value, FromOption):
        return settle(value)
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


class ActivityDoneTemplate(_Criterion):
    """One named activity is done; or, with `activity` left out, each enabled activity of the gate's phase."""

    kind: Literal["activity_done"]
    activity: str | None = None


class RosterAppliedTemplate(_Criterion):
    """A roster was applied in sync, and the last time is not longer ago than this."""

    kind: Literal["roster_applied"]
    max_age_days: int | FromOption


class TrainingCoverageTemplate(_Criterion):
    """At least this share of those who need training in a role have it."""

    kind: Literal["training_coverage"]
    role: str
    min_percent: int | FromOption


class AttestationTemplate(_Criterion):
    """Somebody of this side states, under their name, that it holds. `per_school_form`: once for each."""

    kind: Literal["attestation"]
    side: PartySide
    per_school_form: bool = False


class DecisionTakenTemplate(_Criterion):
    """The decision with this key is taken, and not superseded by an open question."""

    kind: Literal["decision_taken"]
    decision: Reference


class SurveyScoreTemplate(_Criterion):
    """The survey with this key scores at least this much; an older score than `max_age_days` is stale."""

    kind: Literal["survey_score"]
    survey: Reference
    min_score: int | FromOption
    max_age_days: int | FromOption | None = None


class CopylogEmptyTemplate(_Criterion):
    """Every copy of live personal data is purged, and every test or migration environment with them (X-ENV)."""

    kind: Literal["copylog_empty"]


class RiskBelowTemplate(_Criterion):
    """No unaccepted risk reaches this level, in one area or in all. A risk that nobody assessed leaves it unknown."""

    kind: Literal["risk_below"]
    level: RiskLevel
    area: str | None = None


class SyncVerifiedTemplate(_Criterion):
    """The register's sync ran this many days in a row with no more than `max_drift` rows missing, stale or double.

    With `units`, these units' alone: what a wave needs does not wait for the schools of a later one.
    """

    kind: Literal["sync_verified"]
    min_days: int | FromOption
    max_drift: int | FromOption
    max_age_days: int | FromOption = 7
    units: tuple[UUID, ...] = ()


class LoginVerifiedTemplate(_Criterion):
    """A real login succeeded with each of these methods; with `acr` at that assurance level or a higher one."""

    kind: Literal["login_verified"]
    methods: Annotated[tuple[str, ...], Field(min_length=1)]
    acr: Acr | None = None


class GoalReadyTemplate(_Criterion):
    """Each effect goal can be measured: an indicator with a baseline. `goal` narrows to one, by its source row."""

    kind: Literal["goal_ready"]
    goal: str | None = None


class MeetingHeldTemplate(_Criterion):
    """The body with this key has met at least this often."""

    kind: Literal["meeting_held"]
    body: Reference
    min_count: int | FromOption = 1


class TrainingReadyTemplate(_Criterion):
    """No more than `max_open` stand in the way by a signal of training.

    Units without a trained key person; people in `role` who stayed away or cannot reach the platform; sessions without
    a trainer; people whom no course has room for.
    """

    kind: Literal["training_ready"]
    signal: Literal["key_persons", "attendance", "missed", "accounts_missing", "trainer_capacity", "course_demand"]
    role: str = "key_person"
    max_open: int | FromOption = 0


CriterionTemplate = Annotated[
    ActivityDoneTemplate
    | RosterAppliedTemplate
    | TrainingCoverageTemplate
    | AttestationTemplate
    | DecisionTakenTemplate
    | SurveyScoreTemplate
    | CopylogEmptyTemplate
    | RiskBelowTemplate
    | SyncVerifiedTemplate
    | LoginVerifiedTemplate
    | GoalReadyTemplate
    | MeetingHeldTemplate
    | TrainingReadyTemplate,
    Field(discriminator="kind"),
]
