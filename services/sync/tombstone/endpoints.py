"""How long tombstones stand."""

from fastapi import Request, Response

from services.sync.tombstone.auth import GraceRead, GraceWrite, refusal_to_write
from services.sync.tombstone.models import GracePolicy
from services.sync.tombstone.schemas import GracePatch, GracePublic
from services.sync.tombstone.service import TombstoneService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, SessionDep, check_version, etag, new_router
from shared.web.actions import allowed_action

router = new_router("erasures")
PATH = "/grace-policy"


@router.get(PATH, summary="Read how long tombstones stand")
async def grace_policy_get(
    caller: GraceRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> GracePublic:
    """Days until a person who is gone from the register is erased, by part."""
    policy = await TombstoneService(session).policy()
    etag(response, policy.version)
    return _show(policy, caller, request, lang)


@router.patch(PATH, summary="Set how long tombstones stand")
async def grace_policy_patch(
    body: GracePatch,
    caller: GraceWrite,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> GracePublic:
    """A shorter time takes effect the next night: whose time is over by then is erased and does not come back."""
    service = TombstoneService(session)
    policy = await service.policy(lock=True)
    check_version(policy.version, version)
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    policy = await service.change(policy, changes) if changes else policy
    etag(response, policy.version)
    return _show(policy, caller, request, lang)


def _show(policy: GracePolicy, caller: Principal, request: Request, lang: Lang) -> GracePublic:
    action = allowed_action(request, lang, "change", "PATCH", f"/sync/v1{PATH}", refused=refusal_to_write(caller))
    return GracePublic(
        pupil_days=policy.pupil_days,
        staff_days=policy.staff_days,
        guardian_days=policy.guardian_days,
        allowed_actions=[action],
    )
