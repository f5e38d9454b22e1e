"""Published templates over HTTP, to read only."""

from typing import Annotated

from fastapi import Path, Request

from services.projects.template.auth import TemplatesRead
from services.projects.template.catalogue import numbers, shipped
from services.projects.template.definition import Template
from services.projects.template.schemas import TemplateItem, TemplatePublic
from shared.web import Page, PageDep, make_page, new_router

router = new_router("templates")

TemplateKeyPath = Annotated[str, Path(alias="templateKey", max_length=80, examples=["sv-supplier-5-phase"])]
VersionPath = Annotated[str, Path(alias="version", max_length=20, examples=["1.0.0"])]


def _sort_key(template: Template) -> tuple[str, list[int]]:
    return template.key, [-number for number in numbers(template.version)]


@router.get("/templates", name="templates_list", summary="List published templates")
async def templates_list(caller: TemplatesRead, request: Request, page: PageDep) -> Page[TemplateItem]:
    """Every version of every template, the newest version first."""
    after = page.keys(str, numbers)
    past = (after[0], [-number for number in after[1]]) if after else None
    found = [template for template in shipped().all() if past is None or _sort_key(template) > past]
    return make_page(
        request,
        page,
        found[: page.limit + 1],
        key=lambda template: [template.key, template.version],
        show=lambda template: TemplateItem.of(template, shipped().digest(template)),
    )


@router.get(
    "/templates/{templateKey}/versions/{version}", name="template_versions_get", summary="Read a version of a template"
)
async def template_versions_get(
    template_key: TemplateKeyPath, version: VersionPath, caller: TemplatesRead
) -> TemplatePublic:
    """All that a version of a template holds, each row with the requirement row that it carries."""
    template = shipped().get(template_key, version)
    return TemplatePublic(**dict(template), digest=shipped().digest(template))
