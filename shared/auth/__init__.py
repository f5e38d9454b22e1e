"""Who calls and what the caller may do: tokens, principals, scopes, roles. Knows no service and no web application."""

from shared.auth.dependencies import authenticate, internal, require_data_class, requires
from shared.auth.principal import Acr, Principal
from shared.auth.roles import Population, Role, RoleGrant, Side
from shared.auth.scopes import Scope
from shared.kit.files.stored import DataClass

__all__ = [
    "Acr",
    "DataClass",
    "Population",
    "Principal",
    "Role",
    "RoleGrant",
    "Scope",
    "Side",
    "authenticate",
    "internal",
    "require_data_class",
    "requires",
]
