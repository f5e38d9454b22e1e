"""The plan as a printed document, in the structure that the checklist source gives it (IM, requirements 1.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.projects.document import words
from services.projects.document.models import PlanSection, PlanText
from services.projects.document.parts import Part, chart, day, heading, said, table, written
from services.projects.picture.gantt import Bar
from services.projects.picture.words import SIDES, STATES
from services.projects.project.models import Project
from services.projects.role.models import ProjectRole
from shared.kit.text import Lang, Text


@dataclass(frozen=True)
class PlanContent:
    """Everything that the document shows. `bars` is the plan in order, `checklist` title, owner, due day and state."""

    project: Project
    parties: dict[str, str]
    texts: dict[PlanSection, PlanText]
    roles: Sequence[ProjectRole]
    goals: Sequence[dict[str, Any]]
    risks: Sequence[dict[str, Any]]
    bars: Sequence[Bar]
    checklist: Sequence[tuple[str, str, str, str]]
    charts: Sequence[bytes]
    effort: bytes | None
    today: date


def plan_document(plan: PlanContent, lang: Lang) -> dict[str, Any]:
    """What the template `plan` prints."""
    state = words.PLAN_STATES[plan.project.plan_state].pick(lang)
    facts = {
        words.AUTHORITY: plan.parties.get("customer", ""),
        words.SUPPLIER: plan.parties.get("supplier", ""),
        words.STATE: state,
        words.MADE: str(plan.today),
    }
    return {
        "lang": lang,
        "title": plan.project.name,
        "author": plan.parties.get("customer", ""),
        "kicker": words.PLAN.pick(lang),
        "footer": f"{plan.project.name} · {words.PLAN.pick(lang)} · {state} · {plan.today}",
        "empty": words.EMPTY.pick(lang),
        "facts": [{"name": name.pick(lang), "value": value} for name, value in facts.items() if value],
        "parts": _parts(plan, lang),
    }


def _parts(plan: PlanContent, lang: Lang) -> list[Part]:
    def text(level: int, section: PlanSection) -> Part:
        found = plan.texts.get(section)
        return written(level, words.SECTIONS[section.value], found.content if found else None, lang)

    return [
        heading(1, words.BACKGROUND, lang),
        *(text(2, each) for each in (PlanSection.purpose, PlanSection.earlier_problem, PlanSection.need)),
        heading(1, words.GOALS, lang),
        *_goals(plan, lang),
        text(1, PlanSection.scope),
        text(2, PlanSection.delimitations),
        heading(1, words.EVALUATION, lang),
        text(2, PlanSection.evaluation_why),
        text(2, PlanSection.evaluation_what),
        text(2, PlanSection.evaluation_how),
        text(2, PlanSection.evaluation_when),
        _risks(plan, lang),
        text(2, PlanSection.success_factors),
        *_roles(plan, lang),
        text(1, PlanSection.other_suppliers),
        text(1, PlanSection.linked_projects),
        text(1, PlanSection.project_meeting),
        _time_plan(plan, lang),
        *_charts(plan, lang),
        chart(2, words.EFFORT, lang, plan.effort) if plan.effort else written(2, words.EFFORT, None, lang),
        _checklist(plan, lang),
        text(1, PlanSection.closure),
    ]


def _charts(plan: PlanContent, lang: Lang) -> list[Part]:
    """One page for each part of the plan, numbered where there are several."""
    count = len(plan.charts)
    parts = [chart(2, words.CHART, lang, svg, wide=True) for svg in plan.charts]
    if count > 1:
        for number, part in enumerate(parts, start=1):
            part["heading"] = f"{part['heading']} ({number}/{count})"
    return parts


def _goals(plan: PlanContent, lang: Lang) -> list[Part]:
    columns = ((words.NUMBER, 1.4), (words.GOAL, 5), (words.MEASURE, 4))
    parts = []
    for kind, name in words.GOAL_KINDS.items():
        rows = [
            (goal["source_ref"] or "", said(goal["title"], lang), said(goal["measure"], lang))
            for goal in plan.goals
            if goal["kind"] == kind
        ]
        # Effect and project goals stand in every plan, so that an empty list shows what is missing.
        if rows or kind in {"effect", "project"}:
            parts.append(table(2, name, lang, columns, rows))
    return parts


def _risks(plan: PlanContent, lang: Lang) -> Part:
    columns = ((words.NUMBER, 1.8), (words.RISK, 4), (words.CONSEQUENCE, 3), (words.MITIGATION, 3), (words.LEVEL, 1.6))
    rows = [
        (
            risk["source_ref"] or "",
            said(risk["event"], lang),
            said(risk["consequence"], lang),
            said(risk["measure"], lang),
            words.LEVELS[risk["level"]].pick(lang),
        )
        for risk in plan.risks
    ]
    return table(1, words.RISKS, lang, columns, rows)


def _roles(plan: PlanContent, lang: Lang) -> list[Part]:
    columns = ((words.ROLE, 3), (words.DUTY, 7))

    def of(title: Text, *sides: str) -> Part:
        rows = [(said(role.title, lang), said(role.duty, lang)) for role in plan.roles if role.side in sides]
        return table(1, title, lang, columns, rows)

    parts = [of(words.CUSTOMER_ROLES, "customer"), of(words.SUPPLIER_ROLES, "supplier")]
    if any(role.side not in {"customer", "supplier"} for role in plan.roles):
        parts.append(of(words.OTHER_ROLES, "joint", "third_party", "programme"))
    return parts


def _time_plan(plan: PlanContent, lang: Lang) -> Part:
    columns = ((words.NUMBER, 1.5), (words.ACTIVITY, 5), (words.FROM, 1.6), (words.TO, 1.8), (words.SIDE, 1.7))
    rows = [
        (
            bar.code,
            bar.title if bar.kind == "activity" else bar.title.upper(),
            day(bar.first),
            day(bar.last) + (" ?" if bar.is_tentative else ""),
            SIDES[bar.side].pick(lang) if bar.side and bar.side != "nobody" else "",
        )
        for bar in plan.bars
    ]
    return table(1, words.TIME_PLAN, lang, columns, rows)


def _checklist(plan: PlanContent, lang: Lang) -> Part:
    columns = ((words.ACTIVITY, 5), (words.ROLE, 3), (words.DUE, 1.6), (words.STATE, 1.4))
    rows = [(title, owner, due, STATES[state].pick(lang)) for title, owner, due, state in plan.checklist]
    return table(1, words.CHECKLIST, lang, columns, rows)
