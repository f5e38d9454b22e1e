"""`allowedActions`: what the caller may do with a resource now, and where not, why not."""

from collections.abc import Collection
from typing import Literal

from fastapi import Request

from shared.auth import Acr, Principal, Role, Scope
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction
from shared.web.urls import absolute

Method = Literal["POST", "PUT", "PATCH", "DELETE"]

NO_SCOPE = Text(
    sv="Klienten saknar den behörighet (scope) som krävs",
    da="Klienten mangler det scope, der kræves",
    en="The client lacks the scope that this needs",
)
NO_ROLE = Text(
    sv="Ingen av dina roller tillåter det", da="Ingen af dine roller tillader det", en="None of your roles allows it"
)
TOO_WEAK = Text(
    sv="Kräver en starkare inloggning", da="Kræver et stærkere login", en="Needs a login at a higher level of assurance"
)


def allowed_action(
    request: Request,
    lang: Lang,
    name: str,
    method: Method,
    path: str,
    *,
    refused: Text | None,
) -> AllowedAction:
    """One action on the resource at `path` (under the public URL); `refused` says why not, or None where it is allowed.

    Name every action that the API has for the resource, so that a front-end can show the button and the reason.
    """
    reason = refused.pick(lang) if refused else None
    return AllowedAction(
        action=name, method=method, href=absolute(request, path), allowed=reason is None, reason=reason
    )


def refusal(
    caller: Principal,
    scope: Scope,
    roles: Collection[Role] = (),
    *,
    everywhere: bool = False,
    min_acr: Acr | None = None,
) -> Text | None:
    """Why `caller` may not do what a route demands (see `shared.auth.requires`); None where they may."""
    if scope not in caller.scopes:
        return NO_SCOPE
    holds = caller.holds_everywhere(*roles) if everywhere else caller.has_any_role(*roles)
    if roles and not holds:
        return NO_ROLE
    is_weak = min_acr is not None and (caller.acr is None or not caller.acr.at_least(min_acr))
    return TOO_WEAK if is_weak else None
