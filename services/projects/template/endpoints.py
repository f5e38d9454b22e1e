"""Templates over HTTP: those that ship with the product, and the authority's own."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from services.projects.template.auth import TemplatesRead, TemplatesWrite, may_see, refusal_to_publish
from services.projects.template.catalogue import numbers
from services.projects.template.definition import Template
from services.projects.template.errors import TemplateNotFound
from services.projects.template.published import Published
from services.projects.template.schemas import TemplateItem, TemplatePublic, TemplatePublish, TemplateSchema
from services.projects.template.service import TemplateService
from shared.auth.principal import Principal
from shared.kit.problems import Forbidden
from shared.web import Page, PageDep, SessionDep, created, make_page, new_router

router = new_router("templates")

TemplateKeyPath = Annotated[str, Path(alias="templateKey", max_length=80, examples=["sv-supplier-5-phase"])]
VersionPath = Annotated[str, Path(alias="version", max_length=20, examples=["1.0.0"])]


async def _service(session: SessionDep) -> TemplateService:
    return TemplateService(session)


Templates = Annotated[TemplateService, Depends(_service)]


async def visible(templates: TemplateService, caller: Principal, key: str, version: str) -> Published:
    """The version, if it is there for this caller. Raises TemplateNotFound, whichever is the reason."""
    found = await templates.get(key, version)
    if not may_see(caller, found.template):
        raise TemplateNotFound(key, version)
    return found


@router.get("/templates", name="templates_list", summary="List published templates")
async def templates_list(
    caller: TemplatesRead, templates: Templates, request: Request, page: PageDep
) -> Page[TemplateItem]:
    """Every version of every template that the caller may see, the newest version first."""
    after = page.keys(str, numbers)
    past = (after[0], [-number for number in after[1]]) if after else None
    found = [
        each
        for each in await templates.all()
        if may_see(caller, each.template) and (past is None or each.sort_key > past)
    ]
    return make_page(
        request,
        page,
        found[: page.limit + 1],
        key=lambda each: [each.template.key, each.template.version],
        show=TemplateItem.of,
    )


@router.post("/templates", name="templates_publish", status_code=201, summary="Publish a template")
async def templates_publish(
    body: TemplatePublish, caller: TemplatesWrite, templates: Templates, request: Request, response: Response
) -> TemplateItem:
    """Check a template and publish it as a version of the authority's own. A published version never changes."""
    if (refusal := refusal_to_publish(caller)) is not None:
        raise Forbidden(refusal)
    found = await templates.publish(body.content)
    created(response, request, f"/projects/v1/templates/{found.template.key}/versions/{found.template.version}")
    return TemplateItem.of(found)


@router.get(
    "/templates/{templateKey}/versions/{version}", name="template_versions_get", summary="Read a version of a template"
)
async def template_versions_get(
    template_key: TemplateKeyPath, version: VersionPath, caller: TemplatesRead, templates: Templates
) -> TemplatePublic:
    """All that a version of a template holds, each row with the requirement row that it carries."""
    found = await visible(templates, caller, template_key, version)
    return TemplatePublic(**dict(found.template), digest=found.digest)


@router.get("/template-schemas/1", name="template_schemas_get", summary="Read the format of templates")
async def template_schemas_get(caller: TemplatesRead) -> TemplateSchema:
    """The JSON Schema (2020-12) that an uploaded template must follow; names are accepted in snake_case too."""
    return TemplateSchema(format=1, json_schema=Template.model_json_schema(by_alias=True))
