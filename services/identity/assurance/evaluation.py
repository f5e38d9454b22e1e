"""From a provider's word to our assurance: never more than a map or the tenant says that the word is worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.identity.assurance.evidence import Evidence
from services.identity.assurance.loa_map import Level, LoaMap, Reading, Step, find_map, with_own
from shared.auth import Acr

# Authentication method references (RFC 8176 section 2). Other words of a provider are not passed on.
METHODS = frozenset(
    {
        *("face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba", "retina", "sc"),
        *("sms", "swk", "tel", "user", "vbm", "wia"),
    }
)


@dataclass(frozen=True)
class Assurance:
    """`source` is the known value that decided, None where nothing known did; `scheme` and `version` the map that was
    read by. `amr` holds what the provider told, and `mfa` exactly where two factors are behind the login."""

    acr: Acr
    amr: tuple[str, ...] = ()
    factors: int = 1
    source: str | None = None
    scheme: str = ""
    version: int = 0


def evaluate(evidence: Evidence, loa_map: str, own: Mapping[str, str]) -> Assurance:
    """How surely the person is known. An unknown value, an incomplete answer and no answer count as basic."""
    rules = find_map(loa_map)
    levels = with_own(rules, own)
    source, level = _decide(rules, levels, evidence)
    acr = level.acr if level is not None else Acr.basic
    factors = level.factors if level is not None else 1
    return Assurance(acr, _methods(evidence.amr, factors), factors, source, rules.key, rules.version)


def wishes(loa_map: str, own: Mapping[str, str], wanted: Acr | None) -> tuple[str, ...]:
    """What to ask the provider for, weakest first; empty when nothing is wanted or the provider takes no wishes.

    A wish is only a wish: what comes back is evaluated. Where the provider compares by minimum, the one lowest value.
    """
    rules = find_map(loa_map)
    if wanted is None or rules.request.comparison == "none":
        return ()
    if rules.request.comparison == "always":
        return rules.request.values
    order = list(Acr)
    asked = [
        (order.index(level.acr), value)
        for value, level in with_own(rules, own).items()
        if level.ask and level.acr.at_least(wanted)
    ]
    values = tuple(value for _, value in sorted(asked, key=lambda pair: pair[0]))
    return values[:1] if rules.request.comparison == "minimum" else values


def _decide(rules: LoaMap, levels: Mapping[str, Level], evidence: Evidence) -> tuple[str | None, Level | None]:
    """The value that decides and its level; (None, None) where the answer says nothing that counts."""
    for step in rules.steps:
        found = {reading: _values(reading, evidence, rules.ignored) for reading in step.readings}
        values = [step.prefix + value for some in found.values() for value in some]
        is_known = any(value in levels for value in values)
        if values and (is_known or step.decides == "present"):
            return _weigh(step, found, values, levels, evidence)
    return None, None


def _weigh(
    step: Step,
    found: Mapping[Reading, Sequence[str]],
    values: Sequence[str],
    levels: Mapping[str, Level],
    evidence: Evidence,
) -> tuple[str | None, Level | None]:
    there = {reading.name for reading, some in found.items() if some}
    if step.enough and not any(there.issuperset(names) for names in step.enough):
        return None, None
    if step.several == "weakest" and any(value not in levels for value in values):
        return None, None
    known = [value for value in values if value in levels]
    if not known:
        return None, None
    order, pick = list(Acr), (max if step.several == "strongest" else min)
    decided = pick(known, key=lambda value: order.index(levels[value].acr))
    level = levels[decided]
    return (None, None) if any(evidence.values.get(name) for name in level.without) else (decided, level)


def _values(reading: Reading, evidence: Evidence, ignored: Iterable[str]) -> Sequence[str]:
    if reading.place == "contexts":
        values: Iterable[str] = evidence.contexts
    elif reading.place == "amr":
        values = evidence.amr
    else:
        values = (value for name in reading.attribute for value in evidence.values.get(name, ()))
    return [value.strip() for value in values if value.strip() not in ignored]


def _methods(told: Iterable[str], factors: int) -> tuple[str, ...]:
    methods = [method for method in dict.fromkeys(told) if method in METHODS and method != "mfa"]
    return (*methods, "mfa") if factors > 1 else tuple(methods)
