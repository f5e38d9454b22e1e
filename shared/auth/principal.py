"""The verified caller of a request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.auth.roles import Population, Role, RoleGrant, Side
from shared.auth.scopes import Scope
from shared.kit.words import Word

API_AUDIENCE = "urn:startklar:api"


def service_audience(service: str) -> str:
    """The audience of tokens for `service`'s internal routes."""
    return f"urn:startklar:{service}"


class Acr(Word):
    """How surely we know who logged in, weakest first (`acr` claim); compare with `at_least`."""

    basic = "urn:startklar:loa:basic"
    strong = "urn:startklar:loa:strong"
    eid2 = "urn:startklar:loa:eid2"
    eid3 = "urn:startklar:loa:eid3"

    def at_least(self, other: "Acr") -> bool:
        """Whether this assurance is `other` or stronger."""
        return _RANK[self] >= _RANK[other]


_RANK = {acr: rank for rank, acr in enumerate(Acr)}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, for which tenant, with what rights; made only from a verified access token.

    `tenant` is None for a service that acts across tenants (feeds). `subject` is the account, or the client
    where no person is involved; then `side`, `acr` and `auth_time` are None. `actor` is the service that acts
    on the person's behalf (RFC 8693 section 4.1). `bound_to` is the thumbprint of the key that each call must prove to
    hold (RFC 9449), None for a bearer token. `amr`: by what the person logged in (RFC 8176), as far as it is known.
    `population` is the group as which a guardian or a pupil logged in; None for staff and where nobody said.
    `session_id` is the login that the token hangs on; None where no person logged in. `person` is who logged in as the
    tenant's own roster knows them; None for whoever is not in it, guests of another tenant included.
    """

    subject: UUID
    tenant: UUID | None
    side: Side | None
    roles: tuple[RoleGrant, ...]
    scopes: frozenset[Scope]
    acr: Acr | None
    auth_time: datetime | None
    client_id: str
    token_id: str
    issued_at: datetime
    expires_at: datetime
    audience: str
    actor: str | None = None
    bound_to: str | None = None
    amr: tuple[str, ...] = ()
    population: Population | None = None
    session_id: UUID | None = None
    person: UUID | None = None

    def has_role(self, role: Role) -> bool:
        """Whether the caller holds `role` at any unit."""
        return self.has_any_role(role)

    def has_any_role(self, *roles: Role) -> bool:
        """Whether the caller holds one of `roles` at any unit."""
        return any(grant.role in roles for grant in self.roles)

    def holds_everywhere(self, *roles: Role) -> bool:
        """Whether the caller holds one of `roles` for the whole tenant, as what belongs to no single unit demands."""
        return self.units_for(*roles) is None

    def units_for(self, *roles: Role) -> frozenset[UUID] | None:
        """The units where the caller holds one of `roles`; None means every unit, an empty set means none."""
        units = [grant.unit for grant in self.roles if grant.role in roles]
        if None in units:
            return None
        return frozenset(unit for unit in units if unit is not None)
