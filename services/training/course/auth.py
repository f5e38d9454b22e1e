"""Who may read and change courses and sessions."""

from typing import Annotated

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role
from shared.kit.text import Text
from shared.web.actions import refusal

PLANNERS = (Role.project_leader, Role.tenant_admin, Role.trainer)

CourseRead = Annotated[Principal, requires(Scope.courses_read)]


def may_change(caller: Principal) -> Text | None:
    """Why `caller` may not change a course; None where they may."""
    return refusal(caller, Scope.courses_write, PLANNERS, everywhere=True)


CourseWrite = Annotated[Principal, requires(Scope.courses_write, PLANNERS, everywhere=True)]
