"""Who calls and what the caller may do: tokens, principals, scopes, roles. Knows no service and no web application."""

from shared.auth.dependencies import authenticate, internal, requires
from shared.auth.principal import Acr, Principal
from shared.auth.roles import Role, RoleGrant, Side
from shared.auth.scopes import Scope

__all__ = ["Acr", "Principal", "Role", "RoleGrant", "Scope", "Side", "authenticate", "internal", "requires"]
