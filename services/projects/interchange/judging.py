"""The dry run: what a file would change, judged by the same rules as the change itself, and nothing written."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from pydantic.alias_generators import to_camel, to_snake
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.interchange.cells import WINDOW
from services.projects.interchange.findings import Findings, Place
from services.projects.interchange.linking import Link, LinkChanges, link_changes
from services.projects.interchange.parsed import Parsed
from services.projects.interchange.planning import Wish, Wishes, wishes_of
from services.projects.interchange.standing import PlanFacts
from services.projects.plan.vocabulary import PlanState
from services.projects.progress.schemas import UpsertItem
from services.projects.progress.upsert import ItemResult, UpsertService
from services.projects.project.errors import PlanIsApproved
from services.projects.project.rights import refusal_to_change_row
from shared.auth.principal import Principal
from shared.kit.problems import Problem
from shared.kit.text import Lang, Text

_ITEM_NAMES = {
    "phase": "phase_id",
    "track": "track_key",
    "days_min": "duration_days_min",
    "days_max": "duration_days_max",
}


@dataclass
class Judged:
    """What would happen. `items` stand beside `wishes`; a wish that cannot be is not among them."""

    wishes: list[Wish]
    items: list[UpsertItem]
    results: list[ItemResult]
    links: LinkChanges
    findings: Findings
    counts: dict[str, int]
    changes: list[dict[str, Any]]
    plan_hash: str


class Judge:
    """Judges a file against a plan, by the rights of one caller."""

    def __init__(self, session: AsyncSession, facts: PlanFacts, caller: Principal, lang: Lang) -> None:
        self._session = session
        self._facts = facts
        self._caller = caller
        self._lang = lang

    async def judge(self, parsed: Parsed, options: dict[str, Any]) -> Judged:
        facts, lang = self._facts, self._lang
        context = facts.context(lang, options)
        wishes = wishes_of(parsed, facts.standing(lang), context)
        is_own_file = parsed.project == context.project or any("base" in row.cells for row in parsed.rows)
        titles = facts.titles(lang) | {wish.node: str(wish.values.get("title")) for wish in wishes.items}
        links = link_changes(parsed, wishes, facts.links, facts.parents(), titles, is_own_file)
        self._allow_links(parsed.findings, wishes, links)
        kept, items = self._items(parsed.findings, wishes)
        upserts = UpsertService(self._session, self._caller)
        results = await upserts.apply(facts.project.id, items, dry_run=True, all_or_nothing=True) if items else []
        for wish, result in zip(kept, results, strict=True):
            if result.problem is not None:
                _tell(parsed.findings, wish, result.problem)
        changes = [_change(wish, result) for wish, result in zip(kept, results, strict=True)]
        counts = _counts(parsed, wishes, results, links)
        told = [
            changes,
            [_shown(link) for link in links.added],
            [_shown(link) for link in links.changed],
            [_shown(link) for link in links.removed],
        ]
        changes += [{"kind": name, **_shown(link)} for name, link in _named(links)]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
        return Judged(kept, items, results, links, parsed.findings, counts, changes, digest)

    def _items(self, findings: Findings, wishes: Wishes) -> tuple[list[Wish], list[UpsertItem]]:
        kept, items = [], []
        for wish in wishes.items:
            if not wish.values and wish.row_id is not None:
                continue
            try:
                items.append(self._item(wish))
                kept.append(wish)
            except ValidationError as error:
                for each in error.errors()[:5]:
                    name = to_snake(str(each["loc"][0])) if each["loc"] else "title"
                    text = Text(sv=each["msg"], en=each["msg"]).model_dump()
                    findings.put("refused", "error", wish.rows[0].place(name), None, text, text)
                wishes.refused.add(wish.node)
        return kept, items

    def _item(self, wish: Wish) -> UpsertItem:
        values = wish.values
        found: dict[str, Any] = {_ITEM_NAMES.get(name, name): value for name, value in values.items()}
        for name in WINDOW:
            found.pop(name, None)
        if "notes" in found:
            found["notes"] = found["notes"] or ""
        if "phase_id" in found:
            found["phase_id"] = self._facts.phase_ids.get(str(found["phase_id"]))
        for name in {"title", "section"} & found.keys():
            found[name] = self._text(wish, name, values[name])
        if not set(WINDOW).isdisjoint(values):
            found["window"] = {name: values[name] for name in WINDOW} if values["start"] else None
        if wish.row_id is not None:
            found |= {"id": UUID(wish.row_id), "version": wish.version}
        elif wish.external:
            found["external_ids"] = wish.external
        return UpsertItem.model_validate(found)

    def _text(self, wish: Wish, name: str, value: Any) -> dict[str, str] | None:
        """A text changed in one language keeps its others; one that said the same in all of them still does."""
        if value is None:
            return None
        standing = next((row for row in self._facts.rows if str(row.id) == wish.row_id), None)
        before = getattr(standing, name) if standing is not None else None
        others = {lang: text for lang, text in (before or {}).items() if text and lang != self._lang}
        was = (before or {}).get(self._lang)
        kept = {lang: text for lang, text in others.items() if text != was}
        return kept | {self._lang: str(value)}

    def _allow_links(self, findings: Findings, wishes: Wishes, links: LinkChanges) -> None:
        """Leave out links of rows that the caller may not change, all of them in an approved plan."""
        sides = {str(row.id): row.side for row in self._facts.rows}
        sides |= {wish.node: wish.values.get("side") for wish in wishes.items if wish.row_id is None}  # type: ignore[misc]
        is_approved = self._facts.project.plan_state == PlanState.approved
        for listed in (links.added, links.changed, links.removed):
            for link in list(listed):
                if is_approved:
                    _put(findings, Place(None, None, "predecessors"), PlanIsApproved())
                elif refusal_to_change_row(self._caller, sides.get(link.successor)) is None:
                    continue
                else:
                    findings.add("link_not_yours", Place(None, None, "predecessors"))
                listed.remove(link)


def _tell(findings: Findings, wish: Wish, problem: Problem) -> None:
    row = wish.rows[0]
    for error in problem.errors:
        name = to_snake(error.pointer.removeprefix("#/").partition("/")[0])
        field = next((short for short, long in _ITEM_NAMES.items() if long == name), name)
        text = error.detail if isinstance(error.detail, Text) else Text(sv=error.detail, en=error.detail)
        findings.put(problem.slug, "error", row.place(field), None, text.model_dump(), problem.title.model_dump())
    if not problem.errors:
        _put(findings, row.place(), problem)


def _put(findings: Findings, place: Place, problem: Problem) -> None:
    detail = problem.detail or problem.mend or problem.title
    mend = detail if isinstance(detail, Text) else Text(sv=detail, en=detail)
    findings.put(problem.slug, "error", place, None, problem.title.model_dump(), mend.model_dump())


def _change(wish: Wish, result: ItemResult) -> dict[str, Any]:
    fields = [
        {"field": to_camel(name), "before": wish.before.get(name), "after": value}
        for name, value in sorted(wish.values.items())
        if value != wish.before.get(name)
    ]
    return {
        "kind": result.outcome,
        "activityId": wish.row_id,
        "version": wish.version,
        "sheet": wish.rows[0].sheet,
        "row": wish.rows[0].number,
        "title": wish.values.get("title") or wish.before.get("title"),
        "fields": fields,
    }


def _named(links: LinkChanges) -> list[tuple[str, Link]]:
    listed = (("link_added", links.added), ("link_changed", links.changed), ("link_removed", links.removed))
    return [(name, link) for name, some in listed for link in some]


def _shown(link: Link) -> dict[str, Any]:
    return {
        "predecessor": link.predecessor,
        "successor": link.successor,
        "type": link.kind,
        "lagDays": link.lag_days,
        "isSoft": link.is_soft,
    }


def _counts(parsed: Parsed, wishes: Wishes, results: Sequence[ItemResult], links: LinkChanges) -> dict[str, int]:
    outcomes = [result.outcome for result in results]
    levels = [item["level"] for item in parsed.findings.items]
    return {
        "rows": len(parsed.rows),
        "created": outcomes.count("created"),
        "updated": outcomes.count("updated"),
        "refused": outcomes.count("refused") + len(wishes.refused),
        "untouched": len(wishes.untouched),
        "linksAdded": len(links.added),
        "linksChanged": len(links.changed),
        "linksRemoved": len(links.removed),
        "errors": levels.count("error"),
        "warnings": levels.count("warning"),
        "leftOut": parsed.findings.left_out,
    }
