"""What a trial tells: which rule held, which failed, and what to do about it, in plain words. Pure.

The rules stand in the order in which a login meets them, so what comes after the first that failed was not reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.identity.assurance.evaluation import Assurance
from services.identity.proof.faults import LoginFault
from services.identity.trial.evidence import Kept
from services.identity.trial.masking import is_code, is_well_formed, mask
from services.identity.trial.words import Rule
from shared.auth import Acr

Outcome = Literal["held", "failed", "not_reached"]

_RULE_OF = {
    LoginFault.no_login_name: Rule.login_name,
    LoginFault.foreign_scope: Rule.scope,
    LoginFault.no_account: Rule.account,
    LoginFault.other_person: Rule.account,
    LoginFault.population_closed: Rule.population,
    LoginFault.too_weak: Rule.assurance,
}


@dataclass(frozen=True)
class Judged:
    """How a login ended: the rule that it broke, if any, and the level that it reached, if it came so far."""

    fault: LoginFault | None
    assurance: Assurance | None
    detail: str = ""


@dataclass(frozen=True)
class Check:
    rule: Rule
    outcome: Outcome


def judged(fault: LoginFault | None, assurance: Assurance | None, wanted: Acr | None, detail: str = "") -> Judged:
    """The verdict of a trial. A group that is not open yet is no fault here: its login is verified before it opens."""
    if fault is LoginFault.population_closed:
        fault = None
    if fault is None and assurance and wanted and not assurance.acr.at_least(wanted):
        fault = LoginFault.too_weak
    return Judged(fault, assurance, detail)


def checks(fault: LoginFault | None) -> list[Check]:
    """Every rule with what became of it."""
    broken = None if fault is None else _RULE_OF.get(fault, Rule.answer)
    found: list[Check] = []
    outcome: Outcome = "held"
    for rule in Rule:
        if rule is broken:
            found.append(Check(rule, "failed"))
            outcome = "not_reached"
        else:
            found.append(Check(rule, outcome))
    return found


def lasting(verdict: Judged, kept: Kept | None, login_claim: str) -> dict[str, Any]:
    """What may be kept of a trial: names, counts and codes."""
    assurance = verdict.assurance
    return {
        "detail": verdict.detail[:300],
        "attributes": [
            {"name": name[:200], "count": len(values), "isWellFormed": _well_formed(name, values, login_claim)}
            for name, values in sorted((kept.values if kept else {}).items())[:100]
        ],
        "contexts": [value for value in (kept.contexts if kept else ()) if is_code(value)],
        "missing": missing(kept, login_claim),
        "facts": dict(kept.facts) if kept else {},
        "source": assurance.source if assurance else None,
        "map": {"key": assurance.scheme, "version": assurance.version} if assurance else None,
        "factors": assurance.factors if assurance else None,
    }


def missing(kept: Kept | None, login_claim: str) -> list[str]:
    """What a login needs and the provider did not send."""
    if kept is None or any(value.strip() for value in kept.values.get(login_claim, ())):
        return []
    return [login_claim]


def masked(kept: Kept) -> dict[str, list[str]]:
    """The values by attribute as an administrator may see them for a day: codes in clear, all else masked."""
    return {
        name: [value if is_code(value) else mask(value) for value in values[:20]]
        for name, values in kept.values.items()
    }


def _well_formed(name: str, values: tuple[str, ...], login_claim: str) -> bool:
    return bool(values) and all(is_well_formed(name, value, login_claim) for value in values)


def facts_of(report: Mapping[str, Any]) -> dict[str, str]:
    """How the answer was verified."""
    return {str(name): str(value) for name, value in report.get("facts", {}).items()}
