"""`/access-policy`: at which application a login through us shows that somebody reaches the platform."""

from services.training.access.auth import AccessPolicyRead, AccessPolicyWrite, check_decides
from services.training.access.schemas import AccessPolicyInput, AccessPolicyPublic
from services.training.access.service import AccessService
from shared.web import IfMatch, SessionDep, new_router
from shared.web.reply import ReplyDep

router = new_router("access-policy")


@router.get("/access-policy")
async def access_policy_get(caller: AccessPolicyRead, session: SessionDep, reply: ReplyDep) -> AccessPolicyPublic:
    """Which application is the platform. Without one only the platform's own export shows who reaches it."""
    policy = await AccessService(session).policy()
    reply.version(policy.version)
    return AccessPolicyPublic.model_validate(policy)


@router.put("/access-policy")
async def access_policy_put(
    caller: AccessPolicyWrite, session: SessionDep, version: IfMatch, body: AccessPolicyInput, reply: ReplyDep
) -> AccessPolicyPublic:
    """Name the application that is the platform. Who of the staff logs in there is read within a quarter of an hour;
    protected persons are left out. What an export of the platform shows of an account goes before."""
    check_decides(caller)
    policy = await AccessService(session).set_policy(body.client_id, version)
    reply.version(policy.version)
    return AccessPolicyPublic.model_validate(policy)
