"""Who may do what with further ways to log in. Whoever adds one becomes able to be the account, so it needs a strong
and recent login; the holder needs no role."""

from datetime import timedelta
from typing import Annotated

from shared.auth import Acr, DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.tenant_admin,)

OwnAlternatives = Annotated[Principal, requires(Scope.openid, min_acr=Acr.strong, max_age=timedelta(minutes=15))]
AlternativesRead = Annotated[
    Principal,
    requires(
        Scope.accounts_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True, data_class=DataClass.confidential
    ),
]
AlternativesWrite = Annotated[
    Principal, requires(Scope.accounts_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why AlternativesWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.accounts_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
