"""Options of a running project over HTTP."""

from typing import Annotated

from fastapi import Depends, Response

from services.projects.instantiation.option_schemas import (
    OptionChange,
    OptionChoice,
    OptionCriterion,
    OptionPreview,
    OptionRow,
)
from services.projects.instantiation.service import OptionEffects, OptionService
from services.projects.project.auth import ProjectsRead, ProjectsWrite
from services.projects.project.endpoints import ProjectId, Projects, shown
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.schemas import ProjectPublic
from shared.auth.scopes import Scope
from shared.web import IfMatch, LangDep, SessionDep, etag, new_router

router = new_router("projects")


async def _service(session: SessionDep) -> OptionService:
    return OptionService(session)


Options = Annotated[OptionService, Depends(_service)]


@router.post("/projects/{projectId}/option-previews", name="option_previews_create", summary="Preview options")
async def option_previews_create(
    project_id: ProjectId, body: OptionChoice, caller: ProjectsRead, options: Options
) -> OptionPreview:
    """The rows that would come to apply or stop applying, and what the undecided gates would ask. Writes nothing."""
    return _shown(await options.preview(project_id, body.options))


@router.patch("/projects/{projectId}/options", name="project_options_change", summary="Choose options")
async def project_options_change(
    project_id: ProjectId,
    body: OptionChange,
    caller: ProjectsWrite,
    version: IfMatch,
    options: Options,
    projects: Projects,
    lang: LangDep,
    response: Response,
) -> ProjectPublic:
    """Do what the preview shows. Rows that stop applying keep their history; passed gates stay as they are."""
    demand(refusal_to_lead(caller, Scope.projects_write))
    project = await options.apply(project_id, version, body.options, body.reason)
    etag(response, project.version)
    return await shown(project, projects, caller, lang)


def _shown(effects: OptionEffects) -> OptionPreview:
    return OptionPreview(
        options=effects.options,
        rows=[
            OptionRow.model_validate(
                {
                    "activity_id": effect.activity.id,
                    "source_ref": effect.activity.source_ref,
                    "title": effect.activity.title,
                    "state": effect.activity.state,
                    "is_enabled": effect.is_enabled,
                    "units": effect.units,
                }
            )
            for effect in effects.rows
        ],
        criteria=[OptionCriterion.model_validate(effect) for effect in effects.criteria],
    )
