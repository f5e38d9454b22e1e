"""What a status report states as fact, and the colour that the facts speak for. Pure."""

from datetime import date
from typing import Any

from services.projects.document.models import Colour
from shared.kit.text import Text


def suggest(facts: dict[str, Any]) -> tuple[Colour, Text]:
    """The colour and why: red where a gate, an escalation or a plan is past its time, yellow where work or decisions
    are late or a risk has been triggered, else green."""
    late_gates = sum(gate["isOverdue"] for gate in facts["gates"])
    if late_gates or facts["overdueEscalations"]:
        return Colour.red, Text(
            sv=f"{late_gates} grindar är över tiden och {facts['overdueEscalations']} eskaleringar är obesvarade i tid",
            en=f"{late_gates} gates are past their time and {facts['overdueEscalations']} escalations lack an answer",
            da=f"{late_gates} porte er over tiden, og {facts['overdueEscalations']} eskaleringer mangler svar",
        )
    late, decisions, risks = facts["late"], facts["overdueDecisions"], facts["triggeredRisks"]
    if late or decisions or risks:
        return Colour.yellow, Text(
            sv=f"{late} aktiviteter är sena, {decisions} beslut dröjer och {risks} risker har lösts ut",
            en=f"{late} activities are late, {decisions} decisions are overdue and {risks} risks are triggered",
            da=f"{late} aktiviteter er forsinkede, {decisions} beslutninger trækker ud, og {risks} risici er udløst",
        )
    return Colour.green, Text(
        sv="Inget är sent och inget är över tiden",
        en="Nothing is late and nothing is past its time",
        da="Intet er forsinket, og intet er over tiden",
    )


def is_past(end: date | None, today: date) -> bool:
    return end is not None and today > end
