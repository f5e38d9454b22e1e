"""Where a category of content goes: the flows of a project are the rules (AU-DM). Pure.

What no rule routes is deleted with the old system, so nothing may stay undecided: each category is routed or
explicitly given up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.projects.plan.vocabulary import DataClass
from services.projects.transfer.models import MigrationFlow, TransferDestination
from services.projects.transfer.vocabulary import ContentScope, Currency, Disposition
from shared.kit.text import Text


class Outcome(StrEnum):
    """`refused`: it is sent to where it may not go. `unrouted`: no rule fits, or the rule is undecided."""

    routed = "routed"
    deleted = "deleted"
    refused = "refused"
    unrouted = "unrouted"


class Doubt(StrEnum):
    """Why a category does not pass; `class_unset` is only a warning until it moves for real."""

    no_rule = "no_rule"
    undecided = "undecided"
    ceiling_unset = "ceiling_unset"
    ceiling_exceeded = "ceiling_exceeded"
    decision_missing = "decision_missing"
    class_unset = "class_unset"


WORDS = {
    Doubt.no_rule: Text(sv="Ingen regel passar kategorin", en="No rule fits the category"),
    Doubt.undecided: Text(sv="Mål eller gallring är inte beslutat", en="Neither destination nor deletion is decided"),
    Doubt.ceiling_unset: Text(
        sv="Ingen har sagt vilken dataklass målet får hålla",
        en="The destination has no ceiling for data classes",
    ),
    Doubt.ceiling_exceeded: Text(
        sv="Målet får inte hålla uppgifter av den klassen", en="The destination may not hold data of this class"
    ),
    Doubt.decision_missing: Text(
        sv="Känsligt innehåll kräver ett eget beslut", en="Sensitive content needs a decision of its own"
    ),
    Doubt.class_unset: Text(sv="Dataklassen är inte angiven", en="The data class is not given"),
}


@dataclass(frozen=True)
class Category:
    """Content to place. `ref` is the source row of a rule, for those who know it; null fields are not known."""

    content: str = ""
    ref: str | None = None
    scope: ContentScope | None = None
    currency: Currency = Currency.any
    is_sensitive: bool | None = None
    data_class: DataClass | None = None


@dataclass(frozen=True)
class Placed:
    """What becomes of a category."""

    category: Category
    outcome: Outcome
    doubts: tuple[Doubt, ...] = ()
    flow: MigrationFlow | None = None
    destination: TransferDestination | None = None

    @property
    def is_settled(self) -> bool:
        return self.outcome in (Outcome.routed, Outcome.deleted)


def of_flow(flow: MigrationFlow) -> Category:
    """The category that a flow is about."""
    return Category(
        content=str(flow.content["sv"]),
        ref=flow.source_ref,
        scope=ContentScope(flow.scope) if flow.scope else None,
        currency=Currency(flow.currency),
        is_sensitive=flow.is_sensitive,
        data_class=DataClass(flow.data_class) if flow.data_class else None,
    )


def place(category: Category, flows: Sequence[MigrationFlow], destinations: Sequence[TransferDestination]) -> Placed:
    """The first rule that fits decides, in the order of the plan."""
    flow = next((flow for flow in flows if fits(category, flow)), None)
    if flow is None:
        return Placed(category, Outcome.unrouted, (Doubt.no_rule,))
    return place_by(category, flow, destinations)


def place_by(category: Category, flow: MigrationFlow, destinations: Sequence[TransferDestination]) -> Placed:
    if flow.disposition is None:
        return Placed(category, Outcome.unrouted, (Doubt.undecided,), flow)
    if flow.disposition == Disposition.delete:
        return Placed(category, Outcome.deleted, (), flow)
    destination = next((each for each in destinations if each.id == flow.destination_id), None)
    data_class = class_of(category, flow)
    doubts = tuple(_doubts(data_class, flow, destination))
    refused = set(doubts) - {Doubt.class_unset}
    return Placed(category, Outcome.refused if refused else Outcome.routed, doubts, flow, destination)


def fits(category: Category, flow: MigrationFlow) -> bool:
    if not flow.is_enabled:
        return False
    if category.ref is not None:
        return category.ref == flow.source_ref
    named = {str(words).casefold() for words in flow.content.values() if words}
    return (
        category.content.casefold() in named
        and flow.scope in (None, category.scope)
        and (flow.currency == category.currency or Currency.any in (flow.currency, category.currency))
        and flow.is_sensitive in (None, category.is_sensitive)
    )


def class_of(category: Category, flow: MigrationFlow) -> DataClass | None:
    """The highest class that anybody named; what is called sensitive is."""
    named = [DataClass(each) for each in (category.data_class, flow.data_class) if each]
    if category.is_sensitive or flow.is_sensitive:
        named.append(DataClass.sensitive)
    return max(named, key=lambda each: each.rank, default=None)


def _doubts(data_class: DataClass | None, flow: MigrationFlow, destination: TransferDestination | None) -> list[Doubt]:
    if data_class is None:
        return [Doubt.class_unset]
    doubts = []
    ceiling = destination.ceiling if destination else None
    if ceiling is None and data_class is not DataClass.ordinary:
        doubts.append(Doubt.ceiling_unset)
    elif ceiling is not None and data_class.rank > DataClass(ceiling).rank:
        doubts.append(Doubt.ceiling_exceeded)
    if data_class is DataClass.sensitive and not flow.decision_ref:
        doubts.append(Doubt.decision_missing)
    return doubts
