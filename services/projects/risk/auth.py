"""Who may read risks, propose one, and ask for a change; `rights` has the last word."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope

_PROPOSERS = tuple(role for role in READERS if role is not Role.auditor)

RisksRead = Annotated[Principal, requires(Scope.risks_read, READERS)]
RisksWrite = Annotated[Principal, requires(Scope.risks_write, LEADERS)]
RisksAccept = Annotated[Principal, requires(Scope.risks_write, (Role.approver,))]
RisksPropose = Annotated[Principal, requires(Scope.risks_write, _PROPOSERS)]
"""Also for the owner of a risk, who may move it whatever role they hold."""
