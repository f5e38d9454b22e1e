"""The catalogue is the customer's; each side sets up its own and joint integrations; the customer's word verifies."""

from services.projects.project.rights import refusal_to_change_row, refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Text


def refusal_to_catalogue(caller: Principal) -> Text | None:
    return refusal_to_lead(caller, Scope.integrations_write)


def refusal_to_set_up(caller: Principal, side: str) -> Text | None:
    return refusal_to_change_row(caller, side, Scope.integrations_write)
