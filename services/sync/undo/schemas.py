"""Undoing on the wire."""

from pydantic import Field

from shared.web.models import ApiInput, example


class UndoCreate(ApiInput):
    """Why the run shall be undone; the journal keeps it. Never write about persons here."""

    model_config = example({"reason": "The register had delivered last year's classes"})

    reason: str = Field(min_length=3, max_length=500)
