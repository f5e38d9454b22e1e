"""Who may read and change courses and sessions."""

from typing import Annotated

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

PLANNERS = (Role.project_leader, Role.tenant_admin, Role.trainer)

CourseRead = Annotated[Principal, requires(Scope.courses_read)]
CourseWrite = Annotated[Principal, requires(Scope.courses_write, PLANNERS, everywhere=True)]
