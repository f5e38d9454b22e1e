"""Rights that are particular to the register: for the whole tenant, or at the caller's units."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from fastapi import params

from shared.auth import Principal, Role, Scope
from shared.auth.dependencies import Requirement
from shared.kit.problems import Forbidden
from shared.kit.text import Text

_EVERYWHERE = Text(
    sv="Detta gäller hela registret; rollen måste gälla alla enheter.",
    en="This concerns the whole register; the role must hold at every unit.",
    da="Dette gælder hele registeret; rollen skal gælde alle enheder.",
)


@dataclass(frozen=True)
class WholeTenant(Requirement):
    """The role must be held at `*`: deliveries and plans cannot be divided by unit."""

    def check(self, principal: Principal) -> None:
        super().check(principal)
        if principal.units_for(*self.roles) is not None:
            raise Forbidden(_EVERYWHERE, requiredRoles=[f"{role.value}@*" for role in self.roles])


def for_whole_tenant(scope: Scope, roles: Collection[Role]) -> params.Security:
    """As `shared.auth.requires`, for what concerns every unit."""
    return params.Security(WholeTenant(scope, tuple(roles)), scopes=[scope.value])


def visible_units(caller: Principal, roles: Collection[Role]) -> frozenset[UUID] | None:
    """The units whose people the caller may see; None means all."""
    return caller.units_for(*roles)
