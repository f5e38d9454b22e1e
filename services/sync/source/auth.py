"""Who may declare where the register comes from: those who administer it, for the whole tenant."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_KEEPERS = (Role.register_admin, Role.tenant_admin)

SourcesRead = Annotated[
    Principal,
    requires(Scope.sources_read, (*_KEEPERS, Role.approver, Role.auditor, Role.project_leader), everywhere=True),
]
SourcesWrite = Annotated[
    Principal, requires(Scope.sources_write, _KEEPERS, everywhere=True, data_class=DataClass.confidential)
]
_CONFIRMERS = (*_KEEPERS, Role.approver)
SourcesConfirm = Annotated[
    Principal, requires(Scope.sources_write, _CONFIRMERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_confirm(caller: Principal) -> Text | None:
    """Why SourcesConfirm refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.sources_write, _CONFIRMERS, everywhere=True)


def refusal_to_write(caller: Principal) -> Text | None:
    """Why SourcesWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.sources_write, _KEEPERS, everywhere=True)
