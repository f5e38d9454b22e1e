"""Guard policies on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.sync.plan.entities import BY_KIND
from services.sync.plan.policy import DEFAULTS, EVERY_KIND, FIXED, GuardPolicy, Limit, Window
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_LIMIT = {"rule": "ends_many", "kind": "person", "share": 0.03, "number": 10, "most": 200}
_WINDOW = {"startsOn": "2027-07-01", "endsOn": "2027-08-31"}
SourceKey = Annotated[str, Field(min_length=1, max_length=80)]


class WindowBody(ApiInput):
    """Days in which the register turns the school year, the first and the last included."""

    model_config = example(_WINDOW)

    starts_on: date = Field(examples=["2027-07-01"])
    ends_on: date = Field(examples=["2027-08-31"])

    @model_validator(mode="after")
    def _ordered(self) -> "WindowBody":
        if not 0 <= (self.ends_on - self.starts_on).days <= 120:
            raise ValueError("a window ends after it starts, within 120 days")
        return self


class LimitBody(ApiInput):
    """Too much is more than `number` rows that are also more than `share` of those there were; or more than `most`."""

    model_config = example(_LIMIT)

    rule: str = Field(max_length=40, description="The code of a guard reason")
    kind: str = Field(EVERY_KIND, max_length=40, description="A kind of row; * is every kind not named")
    share: float = Field(ge=0, le=10)
    number: int = Field(ge=0, le=10_000_000)
    most: int | None = Field(None, ge=0, le=10_000_000)

    @model_validator(mode="after")
    def _known(self) -> "LimitBody":
        if self.rule not in DEFAULTS or self.rule in FIXED:
            raise ValueError(f"rule is one of {', '.join(sorted(set(DEFAULTS) - FIXED))}")
        if self.kind != EVERY_KIND and self.kind not in BY_KIND:
            raise ValueError(f"kind is * or one of {', '.join(BY_KIND)}")
        return self


class GuardPolicyPut(ApiInput):
    """The customer's own limits and dates for one source, all at once; what is not named is as by default."""

    model_config = example(
        {"limits": [_LIMIT], "windows": [_WINDOW], "replaces": [], "reason": "Läsårsbytet görs i juli"}
    )

    limits: list[LimitBody] = Field(default_factory=list, max_length=200)
    windows: list[WindowBody] = Field(default_factory=list, max_length=10)
    replaces: list[SourceKey] = Field(
        default_factory=list, max_length=10, description="Registers whose place this source takes"
    )
    reason: str | None = Field(None, min_length=3, max_length=500, description="Needed where more is let through")

    def policy(self) -> GuardPolicy:
        """As the guard takes it."""
        limits: dict[str, dict[str, Limit]] = {}
        for one in self.limits:
            limits.setdefault(one.rule, {})[one.kind] = Limit(one.share, one.number, one.most)
        return GuardPolicy(
            limits, tuple(Window(one.starts_on, one.ends_on) for one in self.windows), tuple(self.replaces)
        )


class LimitPublic(ApiModel):
    """One limit in force."""

    rule: str
    level: Literal["note", "second_person", "held", "never"] = Field(description="What it does to a plan that passes")
    kind: str
    share: float
    number: int
    most: int | None
    is_default: bool


class WindowPublic(ApiModel):
    starts_on: date = Field(examples=["2027-07-01"])
    ends_on: date = Field(examples=["2027-08-31"])


class GuardPolicyWaiting(ApiModel):
    """What lets more through than what holds, and waits for a second person of the customer."""

    model_config = example(
        {
            "limits": [_LIMIT | {"level": "second_person", "isDefault": False}],
            "windows": [_WINDOW],
            "replaces": [],
            "reason": "Läsårsbytet görs i juli",
            "saidBy": _ID,
            "saidAt": "2026-08-17T08:00:00Z",
        }
    )

    limits: list[LimitPublic]
    windows: list[WindowPublic]
    replaces: list[str]
    reason: str | None
    said_by: UUID | None
    said_at: datetime | None


class GuardPolicyPublic(ApiModel):
    """What is borne of a source before somebody must look. Version 0: nothing but the defaults."""

    model_config = example(
        {
            "source": "elevregister",
            "limits": [_LIMIT | {"level": "second_person", "isDefault": False}],
            "windows": [_WINDOW],
            "replaces": [],
            "waiting": None,
            "reason": "Läsårsbytet görs i juli",
            "changedBy": _ID,
            "version": 1,
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [],
        }
    )

    source: str
    limits: list[LimitPublic]
    windows: list[WindowPublic]
    replaces: list[str]
    waiting: GuardPolicyWaiting | None = Field(description="Holds once a second person has confirmed it")
    reason: str | None
    changed_by: UUID | None
    version: int
    updated_at: datetime | None
    allowed_actions: list[AllowedAction]


def limits_of(policy: GuardPolicy, levels: dict[str, Any]) -> list[LimitPublic]:
    """Every limit in force, the customer's and the defaults."""
    rows = []
    for rule, defaults in DEFAULTS.items():
        for kind in sorted({*defaults, *policy.limits.get(rule, {})}):
            one = policy.limit(rule, kind)
            rows.append(
                LimitPublic(
                    rule=rule,
                    level=levels.get(rule, "note"),
                    kind=kind,
                    share=one.share,
                    number=one.number,
                    most=one.most,
                    is_default=rule not in policy.limits,
                )
            )
    return rows
