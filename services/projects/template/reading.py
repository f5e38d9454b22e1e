"""From an uploaded text to a template: YAML or JSON, read without trust, every complaint with its place.

Three ways to hurt a YAML reader are stopped before anything is built: aliases that multiply, nesting without end, and
tags that make objects. A key given twice is an error too: YAML would silently keep the last.
"""

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from services.projects.template.consistency import check
from services.projects.template.definition import Template
from services.projects.template.errors import TemplateRefused
from services.projects.template.findings import TemplateInconsistent
from shared.kit.problems import FieldError
from shared.kit.text import Text
from shared.web.validation_texts import validation_text

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_ERRORS = 100

_Loader = yaml.CSafeLoader


def read_template(content: str) -> Template:
    """The template that the text holds. Raises TemplateRefused, whose errors point into the document."""
    document = _document(content)
    try:
        template = Template.model_validate(document)
    except ValidationError as error:
        raise TemplateRefused([_field_error(dict(detail)) for detail in error.errors()[:MAX_ERRORS]]) from None
    try:
        check(template)
    except TemplateInconsistent as error:
        raise TemplateRefused(
            [
                FieldError(pointer=found.pointer, detail=found.sentence, code="inconsistent")
                for found in error.findings[:MAX_ERRORS]
            ]
        ) from None
    return template


def _document(content: str) -> Any:
    try:
        _refuse_depth(content)
        root = yaml.compose(content, Loader=_Loader)
        if root is None:
            raise _refused(Text(sv="Dokumentet är tomt", en="The document is empty"), "empty")
        _Measure().node(root, "#")
        return yaml.load(content, Loader=_Loader)  # noqa: S506 - the safe loader, in C
    except yaml.YAMLError as error:
        raise _refused(_place(error), "yaml") from None
    except (ValueError, OverflowError, RecursionError):  # such as 2026-02-31, which YAML takes for a date
        text = Text(sv="Ett värde går inte att läsa, till exempel ett omöjligt datum", en=_UNREADABLE)
        raise _refused(text, "value") from None


_UNREADABLE = "A value cannot be read, such as a date that does not exist"


def _refuse_depth(content: str) -> None:
    depth = 0
    for event in yaml.parse(content, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                text = Text(sv=f"Högst {MAX_DEPTH} nivåer", en=f"At most {MAX_DEPTH} levels")
                raise _refused(text, "depth")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Measure:
    """Counts what a document comes to with all aliases written out, and finds keys that are given twice."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}

    def node(self, node: yaml.Node, pointer: str) -> int:
        known = self._sizes.get(id(node))
        if known is not None:
            if known == 0:  # still open: the node holds itself
                raise _refused(Text(sv="Ett alias pekar på sig självt", en="An alias holds itself"), "alias", pointer)
            return known
        self._sizes[id(node)] = 0
        size = 1 + sum(self.node(child, place) for child, place in self._children(node, pointer))
        if size > MAX_NODES:
            text = Text(sv=f"Högst {MAX_NODES} värden, alias medräknade", en=f"At most {MAX_NODES} values with aliases")
            raise _refused(text, "size")
        self._sizes[id(node)] = size
        return size

    def _children(self, node: yaml.Node, pointer: str) -> Iterator[tuple[yaml.Node, str]]:
        if isinstance(node, yaml.SequenceNode):
            yield from ((child, f"{pointer}/{place}") for place, child in enumerate(node.value))
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                place = f"{pointer}/{key.value}"
                if isinstance(key, yaml.ScalarNode) and key.value in seen:
                    text = Text(sv="Nyckeln står två gånger", en="The key is given twice")
                    raise _refused(text, "duplicate_key", place)
                seen.add(str(key.value))
                yield value, place


def _place(error: yaml.YAMLError) -> Text:
    mark = getattr(error, "problem_mark", None)
    where = f" {mark.line + 1}:{mark.column + 1}" if mark is not None else ""
    return Text(sv=f"Varken YAML eller JSON{where}", en=f"Neither YAML nor JSON at{where}" if where else "No YAML")


def _refused(detail: Text, code: str, pointer: str = "#") -> TemplateRefused:
    return TemplateRefused([FieldError(pointer=pointer, detail=detail, code=code)])


def _field_error(detail: dict[str, Any]) -> FieldError:
    pointer = "#" + "".join(f"/{part}" for part in detail["loc"])
    english = str(detail["msg"]).removeprefix("Value error, ")
    text = validation_text(detail["type"], detail.get("ctx", {}), english)
    return FieldError(pointer=pointer, detail=text, code=str(detail["type"]))
