"""Check API documents against the Swedish national REST API profile.

    python -m openapi.profile openapi/*.json [--all]

Errors (SKALL) fail, warnings (BÖR) are listed. A place where another standard rules stands in
`deviations.yaml` with the reason and its decision record; a deviation that excuses nothing fails too,
so the list cannot outlive what it excused. Files that are no OpenAPI document (`tasks.json`) are passed over.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from openapi.rules import RULES, Document, Rule, Severity

DEVIATIONS = Path(__file__).parent / "deviations.yaml"
SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """A rule broken at one place of one document."""

    rule: Rule
    document: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.document}.json#{self.where}: {self.what}"


@dataclass(frozen=True)
class Deviation:
    """Rules that do not hold where document and JSON pointer match. `*` matches any text, `/` included."""

    rules: tuple[str, ...]
    document: str
    where: str
    why: str
    adr: str

    def excuses(self, finding: Finding) -> bool:
        return (
            finding.rule.name in self.rules
            and fnmatchcase(finding.document, self.document)
            and fnmatchcase(finding.where, self.where)
        )


def read_deviations(path: Path) -> list[Deviation]:
    """Read the list. An unknown rule or a missing key raises ValueError, KeyError: the list is part of the check."""
    known = {rule.name for rule in RULES}
    found = []
    for entry in yaml.safe_load(path.read_text("utf-8")) or []:
        rules = tuple(entry["rules"])
        if unknown := sorted(set(rules) - known):
            raise ValueError(f"{path.name} names rules that do not exist: {unknown}")
        found.append(Deviation(rules, entry["document"], entry["where"], entry["why"], entry["adr"]))
    return found


def check(document: Document) -> list[Finding]:
    """Everything that any rule finds in one document."""
    return [Finding(rule, document.name, where, what) for rule in RULES for where, what in rule.check(document)]


def apply(findings: Iterable[Finding], deviations: Sequence[Deviation]) -> tuple[list[Finding], list[Deviation]]:
    """The findings that stand, and the deviations that excused nothing."""
    standing, used = [], set()
    for finding in findings:
        excuse = next((one for one in deviations if one.excuses(finding)), None)
        if excuse is None:
            standing.append(finding)
        else:
            used.add(excuse)
    return standing, [one for one in deviations if one not in used]


def read_documents(paths: Iterable[Path]) -> list[Document]:
    raws = [(path.stem, json.loads(path.read_text("utf-8"))) for path in paths]
    return [Document(raw, name) for name, raw in raws if "openapi" in raw or "swagger" in raw]


def report(findings: Iterable[Finding], severity: Severity, shown: int | None) -> int:
    """Print the findings of one severity by rule; their number."""
    by_rule: dict[Rule, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.rule.severity is severity:
            by_rule[finding.rule].append(finding)
    for rule, found in by_rule.items():
        print(f"{severity} {rule.name} ({len(found)}): {rule.asks}")
        for finding in found[:shown]:
            print(f"    {finding}")
        if shown is not None and len(found) > shown:
            print(f"    ... {len(found) - shown} more (--all shows them)")
    return sum(len(found) for found in by_rule.values())


def main(argv: Sequence[str] | None = None, listed: Path = DEVIATIONS) -> int:
    parser = argparse.ArgumentParser(prog="python -m openapi.profile")
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--all", action="store_true", help="show every place")
    options = parser.parse_args(argv)
    documents = read_documents(options.documents)
    findings = [finding for document in documents for finding in check(document)]
    names = [document.name for document in documents]
    deviations = [one for one in read_deviations(listed) if any(fnmatchcase(name, one.document) for name in names)]
    standing, unused = apply(findings, deviations)
    shown = None if options.all else SHOWN
    warnings = report(standing, Severity.WARNING, shown)
    errors = report(standing, Severity.ERROR, shown)
    for deviation in unused:
        print(f"deviation without use: {', '.join(deviation.rules)} in {deviation.document} {deviation.where}")
    excused = len(findings) - len(standing)
    print(f"{len(documents)} documents: {errors} errors, {warnings} warnings, {excused} documented deviations")
    return 1 if errors or unused else 0


if __name__ == "__main__":
    sys.exit(main())
