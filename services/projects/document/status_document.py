"""A status report as a printed document. Waivers are always in it (requirements 9.17)."""

from typing import Any

from services.projects.document import words
from services.projects.document.models import StatusReport
from services.projects.document.parts import Part, day, said, table, written
from services.projects.picture.words import SIDES, STATES
from services.projects.project.models import Project
from shared.kit.text import Lang, Text


def status_document(project: Project, report: StatusReport, parties: dict[str, str], lang: Lang) -> dict[str, Any]:
    """What the template `status` prints."""
    facts = report.facts
    waivers = [(gate, waiver) for gate in facts["gates"] for waiver in gate["waivers"]]
    passed = sum(gate["state"] in {"passed", "waived"} for gate in facts["gates"])
    of = words.OF.pick(lang)
    figures = {
        "done": f"{facts['done']} {of} {facts['total']}",
        "late": str(facts["late"]),
        "gates": f"{passed} {of} {len(facts['gates'])}",
        "waivers": str(len(waivers)),
    }
    return {
        "lang": lang,
        "title": report.title,
        "author": parties.get("customer", ""),
        "kicker": f"{words.STATUS.pick(lang)} · {project.name}",
        "footer": f"{project.name} · {words.STATUS.pick(lang)} {report.reported_at.date()}",
        "empty": words.EMPTY.pick(lang),
        "facts": [
            {"name": words.AUTHORITY.pick(lang), "value": parties.get("customer", "")},
            {"name": words.REPORTED.pick(lang), "value": str(report.reported_at.date())},
            {"name": words.PLAN.pick(lang), "value": words.PLAN_STATES[facts["planState"]].pick(lang)},
        ],
        "status": {
            "colour": words.PAINT[report.colour],
            "name": words.COLOURS[report.colour].pick(lang),
            "reason": report.reason,
        },
        "figures": [{"name": words.FIGURES[key].pick(lang), "value": value} for key, value in figures.items()],
        "parts": [
            written(1, words.NARRATIVE, report.narrative, lang),
            _phases(facts, lang),
            _gates(facts, lang),
            _waivers(waivers, lang),
            _rows(words.LATE, facts["lateRows"], lang),
            _rows(words.COMING, facts["comingRows"], lang),
            _sides(facts, lang),
            _risks(facts, lang),
        ],
    }


def _phases(facts: dict[str, Any], lang: Lang) -> Part:
    columns = ((words.PHASE, 5), (words.TO, 1.6), (words.DONE, 1.2), (words.TOTAL, 1.2), (words.LATE, 1.2))
    rows = [
        (said(phase["title"], lang), day(phase["end"]), str(phase["done"]), str(phase["total"]), str(phase["late"]))
        for phase in facts["phases"]
    ]
    return table(1, words.PHASES, lang, columns, rows)


def _gates(facts: dict[str, Any], lang: Lang) -> Part:
    columns = ((words.NUMBER, 1.2), (words.GATE, 4.5), (words.DUE, 1.6), (words.STATE, 2), (words.BLOCKING, 1.1))
    rows = [
        (
            gate["sourceRef"] or "",
            said(gate["title"], lang),
            day(gate["end"]) + (" !" if gate["isOverdue"] else ""),
            STATES[gate["state"]].pick(lang),
            str(gate["blocking"]),
        )
        for gate in facts["gates"]
    ]
    return table(1, words.GATES, lang, columns, rows)


def _waivers(waivers: list[tuple[dict[str, Any], dict[str, Any]]], lang: Lang) -> Part:
    columns = ((words.GATE, 2.5), (words.CRITERION, 3.5), (words.REASON, 4))
    rows = [
        (said(gate["title"], lang), said(waiver["title"], lang), f"{waiver['reason']} ({waiver['at'][:10]})")
        for gate, waiver in waivers
    ]
    return table(1, words.WAIVERS, lang, columns, rows)


def _rows(title: Text, rows: list[dict[str, Any]], lang: Lang) -> Part:
    columns = ((words.NUMBER, 1.4), (words.ACTIVITY, 5), (words.DUE, 1.6), (words.SIDE, 1.6))
    shown = [
        (row["sourceRef"] or "", said(row["title"], lang), day(row["end"]), SIDES[row["side"]].pick(lang))
        for row in rows
    ]
    return table(1, title, lang, columns, shown)


def _sides(facts: dict[str, Any], lang: Lang) -> Part:
    columns = ((words.SIDE, 3), (words.DONE, 1), (words.STARTED, 1), (words.TOTAL, 1), (words.LATE, 1))
    rows = [
        (SIDES[side["side"]].pick(lang), *(str(side[name]) for name in ("done", "started", "total", "late")))
        for side in facts["sides"]
    ]
    return table(1, words.BY_SIDE, lang, columns, rows)


def _risks(facts: dict[str, Any], lang: Lang) -> Part:
    columns = ((words.NUMBER, 1.3), (words.RISK, 6), (words.LEVEL, 1.6))
    rows = [
        (
            risk["sourceRef"] or "",
            said(risk["event"], lang),
            words.LEVELS[risk["level"]].pick(lang) + (" !" if risk["trigger"] == "triggered" else ""),
        )
        for risk in facts["risks"]
    ]
    return table(1, words.RISKS, lang, columns, rows)
