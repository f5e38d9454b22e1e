"""Whose copies somebody may enter and purge: their own side's; the customer's leaders all of them."""

from services.projects.project.rights import refusal_to_change_row, refusal_to_decide
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Text


def refusal_to_keep(caller: Principal, side: str) -> Text | None:
    """Why the caller may not enter, change or purge a copy or environment of this side."""
    return refusal_to_change_row(caller, side, Scope.migrations_write)


def refusal_to_certify(caller: Principal) -> Text | None:
    """That nothing is left is the customer's word."""
    return refusal_to_decide(caller, Scope.migrations_write)
