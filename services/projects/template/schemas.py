"""Templates on the wire."""

from datetime import date

from services.projects.template.definition import Template
from shared.kit.text import Text
from shared.web.models import ApiModel, example


class TemplateItem(ApiModel):
    """A published version of a template. It never changes: `digest` is the SHA-256 of its file."""

    model_config = example(
        {
            "key": "sv-supplier-5-phase",
            "version": "1.0.0",
            "published": "2026-11-21",
            "title": {"sv": "Införande i fem faser", "en": "Rollout in five phases", "da": None},
            "description": {"sv": "Preliminär plan", "en": "A preliminary plan", "da": None},
            "digest": "5f0c2b9e8d11",
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
    phases: int
    activities: int
    gates: int

    @classmethod
    def of(cls, template: Template, digest: str) -> "TemplateItem":
        return cls(
            key=template.key,
            version=template.version,
            published=template.published,
            title=template.title,
            description=template.description,
            digest=digest,
            phases=len(template.phases),
            activities=len(template.activities),
            gates=len(template.gates),
        )


class TemplatePublic(Template):
    """Everything in a version of a template: anchors, options, roles, goals, tracks, risks, phases, rows and gates."""

    digest: str
