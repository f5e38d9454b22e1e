"""Whether a template holds together: every key is used once, every range runs upwards, every window is drawable.

The schema checks each part alone; this checks them against each other. A template that fails is never loaded.
"""

import string
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from services.projects.plan.offset import RelativeWindow
from services.projects.template.definition import Template
from services.projects.template.delivery import CatalogueList, Survey
from services.projects.template.findings import Finding, TemplateInconsistent
from services.projects.template.frame import Option
from services.projects.template.parts import Container, Part
from services.projects.template.references import unknown_references
from services.projects.template.steering import Body, Cadence, Decision
from services.projects.template.work import Dependency, Phase
from shared.kit.text import Text

__all__ = ["TemplateInconsistent", "check", "windows"]

# Filled in when a criterion is repeated for each school form.
LOOP_VARIABLE = "school_form"
ADVICE_ONLY = {"advisory", "union"}
# (least, most): the fields of a part that hold one, as a pair or as two fields.
PAIRS = ("nominal_weeks", "duration_days", "soak_days", "hours")
ENDS = (("size_min", "size_max"), ("times_min", "times_max"))


def check(template: Template) -> None:
    """Raise TemplateInconsistent with everything that does not hold together."""
    findings = [
        *_repeated_keys(template),
        *unknown_references(template),
        *_bad_windows(template),
        *_bad_parts(template),
        *_unknown_variables(template),
    ]
    if findings:
        raise TemplateInconsistent(*findings)


def windows(part: Part, pointer: str) -> Iterator[tuple[str, RelativeWindow]]:
    """The windows that a part itself has, with their places."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, RelativeWindow):
            yield f"{pointer}/{name}", value


def _repeated_keys(template: Template) -> Iterator[Finding]:
    yield from _repeats("source_ref", "#", (row.source_ref for row in template.rows() if row.source_ref is not None))
    for name in type(template).model_fields:
        rows = getattr(template, name)
        if isinstance(rows, tuple) and rows and isinstance(rows[0], Part) and "key" in type(rows[0]).model_fields:
            yield from _repeats(name.removesuffix("s"), f"#/{name}", (row.key for row in rows))
    for pointer, part in template.walk():
        if isinstance(part, Survey):
            yield from _repeats("topic", pointer, (topic.key for topic in part.topics))
            yield from _repeats("question", pointer, (question.key for question in part.questions))


def _repeats(name: str, pointer: str, keys: Iterable[str]) -> Iterator[Finding]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield Finding(pointer, f"{name} {key} appears {times} times")


def _bad_windows(template: Template) -> Iterator[Finding]:
    for pointer, part in template.walk():
        for place, window in windows(part, pointer):
            name = getattr(part, "source_ref", None) or place
            for offset in (window.first, window.last):
                if offset.anchor not in template.anchors:
                    yield Finding(place, f"{name} reckons from the unknown anchor {offset.anchor}")
            if window.first.anchor == window.last.anchor and window.last.days_at_most() < window.first.days_at_least():
                yield Finding(place, f"{name} ends before it starts")


def _bad_parts(template: Template) -> Iterator[Finding]:
    for pointer, part in template.walk():
        for sentence in (*_bad_ranges(part), *_bad_part(part)):
            yield Finding(pointer, sentence)


def _bad_ranges(part: Part) -> Iterator[str]:
    for name, low, high in _ranges(part):
        if low is not None and high is not None and low > high:
            yield f"{name} runs from {low} down to {high}"


def _ranges(part: Part) -> Iterator[tuple[str, Any, Any]]:
    for name in PAIRS:
        if (pair := getattr(part, name, None)) is not None:
            yield name, *pair
    for low, high in ENDS:
        yield low, getattr(part, low, None), getattr(part, high, None)
    if isinstance(part, Option):
        yield "minimum", part.minimum, part.maximum


def _bad_part(part: Part) -> Iterator[str]:
    if isinstance(part, Container):
        yield from _bad_container(part)
    elif isinstance(part, Body) and part.decides and part.level in ADVICE_ONLY:
        yield f"body {part.key} only advises, so it cannot decide"
    elif isinstance(part, Decision) and part.function is None and not part.source_text:
        yield f"{part.source_ref} has neither a function nor the text of the source"
    elif isinstance(part, Cadence):
        yield from _bad_cadence(part)
    elif isinstance(part, Option):
        yield from _bad_option(part)
    if isinstance(part, Phase | Dependency) and part.source_ref is None and part.basis == "source":
        yield "a row of the source needs a source_ref; mark one of ours with basis: startklar"


def _bad_container(part: Container) -> Iterator[str]:
    if part.is_empty == bool(part.content()):
        yield "a container is marked is_empty exactly where it holds nothing"
    if part.is_empty and not part.source_text:
        yield "an empty container says in source_text what the source has in its place"
    if isinstance(part, CatalogueList) and part.slots is not None and len(part.items) > part.slots:
        yield f"{len(part.items)} items do not fit {part.slots} slots"


def _bad_cadence(part: Cadence) -> Iterator[str]:
    if part.stated and part.per is None and not part.or_as_needed and part.min_interval_days is None and not part.note:
        yield "a cadence says how often, or stated: false"
    if not part.stated and (part.per or part.times_min or part.times_max):
        yield "a cadence that the source does not state has no numbers"


def _bad_option(part: Option) -> Iterator[str]:
    is_bool = isinstance(part.default, bool)
    if is_bool != (part.type == "bool"):
        yield f"the default {part.default} is no {part.type}"
    elif not is_bool and not (part.minimum or 0) <= part.default <= (part.maximum or part.default):
        yield f"the default {part.default} lies outside minimum and maximum"


def _unknown_variables(template: Template) -> Iterator[Finding]:
    known = {party.variable for party in template.parties} | {LOOP_VARIABLE}
    for pointer, part in template.walk():
        for name in type(part).model_fields:
            text = getattr(part, name)
            if isinstance(text, Text):
                yield from _bad_text(text, known, f"{pointer}/{name}")


def _bad_text(text: Text, known: set[str], pointer: str) -> Iterator[Finding]:
    try:
        unknown = sorted(variables_of(text) - known)
    except ValueError:
        yield Finding(pointer, f"the text {text.en!r} holds more in braces than a name, or leaves one open")
        return
    for name in unknown:
        yield Finding(pointer, f"the text {text.en!r} uses the unknown variable {name}")


def variables_of(text: Text) -> set[str]:
    """The names in braces in any language of a text.

    Raises ValueError on a brace that is left open, and on `{name:>99}` or `{name!r}`: a width could be enormous.
    """
    names = set()
    for part in (text.sv, text.en, text.da or ""):
        for _, name, spec, conversion in string.Formatter().parse(part):
            if spec or conversion:
                raise ValueError(part)
            if name is not None:
                names.add(name)
    return names
