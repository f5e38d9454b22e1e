"""All rules by name. An area is a module of its own with a dictionary RULES; a new one is added to AREAS here."""

from services.sync.rules import (
    civic,
    completeness,
    correlation,
    delivery,
    encoding,
    fetching,
    identity,
    platform,
    registers,
    rows,
)
from services.sync.rules.rule import Mender, Rule, Severity

AREAS: dict[str, dict[str, Rule]] = {
    "delivery": delivery.RULES,
    "completeness": completeness.RULES,
    "fetching": fetching.RULES,
    "encoding": encoding.RULES,
    "rows": rows.RULES,
    "civic": civic.RULES,
    "identity": identity.RULES,
    "correlation": correlation.RULES,
    "registers": registers.RULES,
    "platform": platform.RULES,
}
RULES: dict[str, Rule] = {name: rule for rules in AREAS.values() for name, rule in rules.items()}
AREA_OF: dict[str, str] = {name: area for area, rules in AREAS.items() for name in rules}


def severity_of(rule: str) -> Severity:
    return RULES[rule].severity


def mended_by(mender: Mender) -> list[str]:
    """The names of the rules whose findings `mender` can mend."""
    return sorted(name for name, rule in RULES.items() if rule.mender is mender)
