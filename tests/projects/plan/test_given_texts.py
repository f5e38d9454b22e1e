"""Texts that people send: bounded in every feature, and nothing in them that a database cannot store."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import ValidationError

import services.projects.app  # noqa: F401  # every feature's bodies are known after this
from services.projects.plan.schemas import GivenText
from shared.kit.text import Text
from shared.web.models import ApiInput


def _inputs(kind: type[ApiInput]) -> Iterator[type[ApiInput]]:
    for each in kind.__subclasses__():
        yield each
        yield from _inputs(each)


def _holds(annotation: Any, wanted: type) -> bool:
    return annotation is wanted or any(_holds(part, wanted) for part in get_args(annotation))


def test_no_body_of_projects_takes_a_text_without_bounds() -> None:
    bodies = [body for body in _inputs(ApiInput) if body.__module__.startswith("services.projects.")]
    assert len(bodies) > 50
    unbounded = [
        f"{body.__name__}.{name}"
        for body in bodies
        for name, field in body.model_fields.items()
        if _holds(field.annotation, Text)
    ]
    assert unbounded == []


@pytest.mark.parametrize("wrong", ["\ud800", "x" * 4001])
def test_half_a_letter_and_a_book_are_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        GivenText(sv=wrong, en="Whole")
