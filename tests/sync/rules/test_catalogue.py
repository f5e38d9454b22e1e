"""Every rule says in words what is wrong, who mends it and how."""

import ast
from pathlib import Path

from services.sync.rules.catalogue import AREA_OF, AREAS, RULES, mended_by
from services.sync.rules.rule import Mender, Severity


def test_every_rule_is_told_in_each_language_and_stands_in_one_area() -> None:
    for rule in RULES.values():
        for words in (rule.message, rule.mend):
            assert words.sv
            assert words.en
            assert words.da
    assert sum(len(rules) for rules in AREAS.values()) == len(RULES) == len(AREA_OF)


def test_every_kind_of_mender_but_the_one_for_decisions_has_rules_and_all_have_one() -> None:
    assert sorted(name for mender in Mender for name in mended_by(mender)) == sorted(RULES)
    assert mended_by(Mender.it)
    assert mended_by(Mender.school)
    assert mended_by(Mender.register_admin)


def test_a_rule_without_a_plan_is_fatal_or_less() -> None:
    assert {rule.severity for rule in RULES.values()} <= set(Severity)


def test_every_finding_that_code_makes_has_a_rule() -> None:
    made = {name for path in Path("services/sync").rglob("*.py") for name in _made_in(path)}
    assert {"civic_check_digit", "orphan_", "zip_bomb"} & made
    assert {name for name in made if not name.endswith("_")} <= set(RULES)


def _made_in(path: Path) -> set[str]:
    """The literal first argument of Finding(...), Fatal(...), BadCell(...), BadNumber(...) and find(...)."""
    makers = {"Finding", "Fatal", "BadCell", "BadNumber", "find"}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in makers and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found
