"""What verification lets pass in a tenant, and which platform its proof is about."""

from typing import Annotated

from fastapi import Depends, Request

from services.sync.settings import Settings
from services.sync.verification_policy.auth import (
    PlatformName,
    PolicyRead,
    PolicyWrite,
    check_decides,
    refusal_to_name,
    refusal_to_write,
)
from services.sync.verification_policy.models import VerificationPolicy
from services.sync.verification_policy.schemas import (
    PlatformTargetPut,
    VerificationPolicyPatch,
    VerificationPolicyPublic,
)
from services.sync.verification_policy.service import VerificationPolicyService
from shared.auth import Principal
from shared.web import IfMatch, SessionDep, check_version, new_router, runtime
from shared.web.reply import Reply, ReplyDep
from shared.web.route import problem_responses

router = new_router("verification")
PATH = "/verification-policy"


def _service(session: SessionDep, request: Request) -> VerificationPolicyService:
    settings = runtime(request).settings
    if not isinstance(settings, Settings):
        raise TypeError("the settings of another service")
    return VerificationPolicyService(session, settings)


Policies = Annotated[VerificationPolicyService, Depends(_service)]


@router.get(PATH, summary="Read what verification lets pass")
async def verification_policy_get(caller: PolicyRead, policies: Policies, reply: ReplyDep) -> VerificationPolicyPublic:
    """The limits, and the one platform whose export counts; until one is named, no unit is verified."""
    return _show(await policies.get(), caller, reply)


@router.patch(PATH, summary="Set what verification lets pass", responses=problem_responses(412, 428))
async def verification_policy_patch(
    body: VerificationPolicyPatch, caller: PolicyWrite, version: IfMatch, policies: Policies, reply: ReplyDep
) -> VerificationPolicyPublic:
    """Takes effect at once, for every unit. Decided by the customer, with a reason that stands in the journal."""
    check_decides(caller)
    policy = await policies.get(lock=True)
    check_version(version, policy.version)
    said = body.model_dump(exclude={"reason"}, exclude_unset=True)
    limits = {name: value for name, value in said.items() if value is not None or name == "must_compare"}
    return _show(await policies.change(policy, limits, body.reason), caller, reply)


@router.put(f"{PATH}/platform-target", summary="Name the platform", responses=problem_responses(412, 428))
async def verification_policy_platform_put(
    body: PlatformTargetPut, caller: PlatformName, version: IfMatch, policies: Policies, reply: ReplyDep
) -> VerificationPolicyPublic:
    """Say which platform's export proves what the platform holds: no other counts. Days in a row begin anew.

    The customer's leader does, so that nobody proves the wrong thing by an export that was made up.
    """
    check_decides(caller)
    policy = await policies.get(lock=True)
    check_version(version, policy.version)
    return _show(await policies.name_platform(policy, body.source_id, caller.subject, body.reason), caller, reply)


def _show(policy: VerificationPolicy, caller: Principal, reply: Reply) -> VerificationPolicyPublic:
    reply.version(policy.version)
    here = f"/sync/v1{PATH}"
    return VerificationPolicyPublic(
        **policy.model_dump(include=set(VerificationPolicyPublic.model_fields) - {"allowed_actions"}),
        allowed_actions=[
            reply.action("change", "PATCH", here, refused=refusal_to_write(caller)),
            reply.action("name_platform", "PUT", f"{here}/platform-target", refused=refusal_to_name(caller)),
        ],
    )
