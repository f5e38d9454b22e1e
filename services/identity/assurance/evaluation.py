"""From a provider's word to our assurance: never more than a map or the tenant says that the word is worth."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.identity.assurance.evidence import Evidence
from shared.auth import Acr


@dataclass(frozen=True)
class Assurance:
    """`source` is the value that decided, `scheme` and `version` the map that was read by."""

    acr: Acr
    amr: tuple[str, ...] = ()
    factors: int = 1
    source: str | None = None
    scheme: str = ""
    version: int = 0


def evaluate(evidence: Evidence, loa_map: str, own: Mapping[str, str]) -> Assurance:
    """How surely the person is known. An unlisted value counts as basic."""
    known = [value for value in evidence.contexts if value in own]
    source = known[0] if known else None
    acr = Acr(own[source]) if source is not None else Acr.basic
    return Assurance(acr, evidence.amr, 2 if acr.at_least(Acr.strong) else 1, source, loa_map)


def wishes(loa_map: str, own: Mapping[str, str], wanted: Acr | None) -> tuple[str, ...]:
    """The provider's own values that would satisfy `wanted`; empty when nothing is wanted."""
    return tuple(theirs for theirs, ours in own.items() if wanted and Acr(ours).at_least(wanted))
