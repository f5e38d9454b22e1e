"""How a project scores its risks: one axis of four levels, or a grid that crosses two. Pure.

The source has one scale and no likelihood, so the axis is what holds without a choice; a grid is ours and says so.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from services.projects.plan.vocabulary import RiskLevel
from services.projects.risk.errors import ScoreInvalid
from services.projects.risk.vocabulary import MatrixKind
from shared.kit.text import Text

LEVELS = {
    RiskLevel.small: Text(sv="liten", en="small", da="lille"),
    RiskLevel.medium: Text(sv="medel", en="medium", da="middel"),
    RiskLevel.large: Text(sv="stor", en="large", da="stor"),
    RiskLevel.severe: Text(sv="allvarlig", en="severe", da="alvorlig"),
}


class Level(BaseModel):
    """One level with the words of this project."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: RiskLevel
    title: Text


class Definition(BaseModel):
    """A matrix as it is frozen into assessments. `cells[likelihood - 1][consequence - 1]` of a grid are levels."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    kind: MatrixKind
    levels: tuple[Level, ...] = Field(min_length=4, max_length=4)
    likelihood: tuple[Text, ...] = Field(default=(), max_length=10)
    consequence: tuple[Text, ...] = Field(default=(), max_length=10)
    cells: tuple[tuple[RiskLevel, ...], ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if [level.code for level in self.levels] != list(RiskLevel):
            raise ValueError("levels must name small, medium, large and severe once, in this order")
        wanted = (len(self.likelihood), len(self.consequence))
        if self.kind is MatrixKind.axis:
            if wanted != (0, 0) or self.cells:
                raise ValueError("an axis has neither likelihood, consequence nor cells")
        elif min(wanted) < 2:
            raise ValueError("a grid has at least two steps of likelihood and two of consequence")
        elif len(self.cells) != wanted[0] or any(len(row) != wanted[1] for row in self.cells):
            raise ValueError(f"cells must be {wanted[0]} rows of {wanted[1]} levels")
        return self

    def score(self, level: RiskLevel | None, likelihood: int | None, consequence: int | None) -> RiskLevel:
        """The level that this matrix gives. Raises ScoreInvalid where what is given does not fit its kind."""
        if self.kind is MatrixKind.axis:
            if likelihood is not None or consequence is not None:
                text = Text(
                    sv="Projektet bedömer på en axel: ange level", en="The project scores on one axis: give level"
                )
                raise ScoreInvalid("likelihood" if likelihood is not None else "consequence", text)
            if level is None:
                raise ScoreInvalid("level", Text(sv="Ange risknivån", en="Give the level"))
            return level
        if level is not None:
            text = Text(
                sv="Projektet bedömer i ett rutnät: ange sannolikhet och konsekvens",
                en="The project scores in a grid: give likelihood and consequence",
            )
            raise ScoreInvalid("level", text)
        row = _step("likelihood", likelihood, len(self.likelihood))
        column = _step("consequence", consequence, len(self.consequence))
        return self.cells[row][column]


def _step(field: str, value: int | None, steps: int) -> int:
    if value is None or not 1 <= value <= steps:
        raise ScoreInvalid(field, Text(sv=f"Ange ett steg från 1 till {steps}", en=f"Give a step from 1 to {steps}"))
    return value - 1


AXIS = Definition(kind=MatrixKind.axis, levels=tuple(Level(code=code, title=title) for code, title in LEVELS.items()))
"""What holds for a project that has chosen nothing."""
