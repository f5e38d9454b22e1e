"""Template upgrades of a running project over HTTP."""

from collections import Counter
from typing import Annotated

from fastapi import Depends, Response

from services.projects.instantiation.preview_schemas import ConflictPublic
from services.projects.instantiation.schemas import day_of
from services.projects.instantiation.service import Upgrade, UpgradeService
from services.projects.instantiation.threeway import RowState
from services.projects.instantiation.upgrade_schemas import (
    UpgradeApply,
    UpgradeChoice,
    UpgradeCriterion,
    UpgradeField,
    UpgradePreview,
    UpgradeRow,
)
from services.projects.instantiation.verdicts import Take, Verdicts
from services.projects.project.auth import ProjectsRead, ProjectsWrite
from services.projects.project.endpoints import ProjectId, Projects, shown
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.schemas import ProjectPublic
from shared.auth.scopes import Scope
from shared.web import IfMatch, LangDep, SessionDep, etag, new_router

router = new_router("projects")


async def _service(session: SessionDep) -> UpgradeService:
    return UpgradeService(session)


Upgrades = Annotated[UpgradeService, Depends(_service)]


@router.post(
    "/projects/{projectId}/template-upgrade-previews",
    name="template_upgrade_previews_create",
    summary="Preview a template upgrade",
)
async def template_upgrade_previews_create(
    project_id: ProjectId, body: UpgradeChoice, caller: ProjectsRead, upgrades: Upgrades
) -> UpgradePreview:
    """Each row that differs: in the version that the project follows, in the project, in the new version."""
    anchors = {key: day_of(value) for key, value in body.anchors.items()}
    return _shown(await upgrades.preview(project_id, body.version, anchors))


@router.post(
    "/projects/{projectId}/template-upgrades", name="template_upgrades_create", summary="Upgrade to a newer template"
)
async def template_upgrades_create(
    project_id: ProjectId,
    body: UpgradeApply,
    caller: ProjectsWrite,
    version: IfMatch,
    upgrades: Upgrades,
    projects: Projects,
    lang: LangDep,
    response: Response,
) -> ProjectPublic:
    """Take what the template changed, keep what the project changed, and do as decided where both did."""
    demand(refusal_to_lead(caller, Scope.projects_write))
    anchors = {key: day_of(value) for key, value in body.anchors.items()}
    takes: dict[tuple[str, str], Take] = {
        (decision.section, decision.key): decision.take for decision in body.decisions
    }
    project = await upgrades.apply(project_id, version, body.version, anchors, Verdicts(takes, body.reason))
    etag(response, project.version)
    return await shown(project, projects, caller, lang)


def _shown(upgrade: Upgrade) -> UpgradePreview:
    return UpgradePreview(
        from_version=upgrade.project.template_version,
        to_version=upgrade.published.template.version,
        counts=dict(Counter(change.state.value for change in upgrade.changes)),
        rows=[
            UpgradeRow(
                section=change.section,
                key=change.key,
                state=change.state.value,
                fields=[UpgradeField.model_validate(field) for field in change.fields],
            )
            for change in upgrade.changes
            if change.state is not RowState.unchanged
        ],
        criteria=[UpgradeCriterion.model_validate(effect) for effect in upgrade.criteria],
        conflicts=[ConflictPublic.model_validate(conflict) for conflict in upgrade.conflicts],
        new_references=upgrade.new_refs,
    )
