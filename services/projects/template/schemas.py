"""Templates on the wire."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from services.projects.template.definition import Template
from services.projects.template.published import Published
from services.projects.template.reading import MAX_CHARACTERS
from shared.kit.text import Text
from shared.web.models import ApiInput, ApiModel, example


def _text(sv: str, en: str) -> dict[str, str | None]:
    return {"sv": sv, "en": en, "da": None}


_MARCH = {"first": "start_month", "last": "start_month", "precision": "month", "tentative": False}
_CRITERION = {
    "key": "plan-approved",
    "kind": "activity_done",
    "activity": "HAN-A1.05",
    "title": _text("Planen är godkänd", "The plan is approved"),
    "mandatory": True,
    "basis": "source",
    "enabledIf": None,
}
_WHOLE: dict[str, Any] = {
    "key": "sv-supplier-5-phase",
    "version": "1.0.0",
    "published": "2026-11-21",
    "title": _text("Införande i fem faser", "Rollout in five phases"),
    "description": _text("Preliminär plan", "A preliminary plan"),
    "anchors": {"start_month": {"type": "month", "title": _text("Startmånad", "Start month")}},
    "parties": [
        {"side": "customer", "variable": "customer", "title": _text("Huvudman", "Authority"), "required": True}
    ],
    "options": {
        "migration_ordered": {
            "type": "bool",
            "default": False,
            "title": _text("Migrering är beställd", "Migration is ordered"),
            "minimum": None,
            "maximum": None,
        }
    },
    "schoolForms": ["preschool", "compulsory"],
    "roles": [],
    "goals": [{"sourceRef": "HAN-G2", "title": _text("Enklare kontakt", "Easier contact"), "measure": None}],
    "tracks": [],
    "risks": [],
    "phases": [
        {
            "sourceRef": "HAN-P1",
            "key": "p1",
            "title": _text("Etablering", "Establishment"),
            "purpose": _text("Planen finns", "The plan exists"),
            "nominalWeeks": [3, 3],
            "window": _MARCH,
        }
    ],
    "activities": [
        {
            "sourceRef": "HAN-A1.05",
            "phase": "p1",
            "track": None,
            "title": _text("Godkänn planen", "Approve the plan"),
            "kind": "approval",
            "side": "joint",
            "window": _MARCH,
            "enabledIf": None,
            "needsDecision": None,
            "approvalRequired": True,
            "sourceUncertain": None,
            "note": None,
            "links": [],
        }
    ],
    "gates": [
        {
            "sourceRef": "HAN-M1",
            "key": "m1",
            "phase": "p1",
            "title": _text("Etableringen avslutad", "Establishment closed"),
            "window": None,
            "criteria": [_CRITERION],
        }
    ],
    "digest": "5f0c2b9e8d11",
}


class TemplateItem(ApiModel):
    """A published version of a template. It never changes: `digest` is the SHA-256 of what was published.

    `origin` tells whether it ships with the product or is the authority's own.
    """

    model_config = example(
        {
            "key": "sv-supplier-5-phase",
            "version": "1.0.0",
            "published": "2026-11-21",
            "title": {"sv": "Införande i fem faser", "en": "Rollout in five phases", "da": None},
            "description": {"sv": "Preliminär plan", "en": "A preliminary plan", "da": None},
            "digest": "5f0c2b9e8d11",
            "visibility": "restricted",
            "origin": "shipped",
            "phases": 5,
            "activities": 32,
            "gates": 5,
        }
    )

    key: str
    version: str
    published: date
    title: Text
    description: Text
    digest: str
    visibility: Literal["open", "restricted"]
    origin: Literal["shipped", "tenant"]
    phases: int
    activities: int
    gates: int

    @classmethod
    def of(cls, published: Published) -> "TemplateItem":
        template = published.template
        return cls(
            key=template.key,
            version=template.version,
            published=template.published,
            title=template.title,
            description=template.description,
            digest=published.digest,
            visibility=template.visibility,
            origin=published.origin,
            phases=len(template.phases),
            activities=len(template.activities),
            gates=len(template.gates),
        )


class TemplatePublic(Template):
    """Everything in a version of a template: anchors, options, roles, goals, tracks, risks, phases, rows and gates."""

    model_config = example(_WHOLE)

    digest: str


class TemplatePublish(ApiInput):
    """A template to publish, as the text of a YAML or JSON document in the format of `/template-schemas/1`."""

    model_config = example({"content": "key: our-checklist\nversion: 1.0.0\n..."})

    content: str = Field(min_length=1, max_length=MAX_CHARACTERS)


class TemplateSchema(ApiModel):
    """The JSON Schema of a template, and the number of the format."""

    model_config = example({"format": 1, "jsonSchema": {"type": "object"}})

    format: int
    json_schema: dict[str, Any]
