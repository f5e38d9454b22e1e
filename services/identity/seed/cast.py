"""Who plays in the demonstration. Every name is invented."""

from dataclasses import dataclass

from shared.auth import Role, Side
from shared.contracts.identity import TenantKind


@dataclass(frozen=True)
class DemoTenant:
    slug: str
    name: str
    kind: TenantKind
    is_operator: bool = False
    more_domains: tuple[str, ...] = ()

    @property
    def domains(self) -> tuple[str, ...]:
        """Where its people's login names end."""
        return (f"{self.slug}.example", *self.more_domains)


@dataclass(frozen=True)
class Part:
    """A role of a person in a tenant, at every unit."""

    tenant: str
    role: Role
    side: Side


@dataclass(frozen=True)
class DemoUser:
    """Somebody with a password at the demo identity provider. `home` is the slug of the tenant of the account.

    Who `steps_up` uses the second factor only when asked for it.
    """

    username: str
    name: str
    home: str
    parts: tuple[Part, ...]
    is_strong: bool = True
    steps_up: bool = False

    @property
    def login_name(self) -> str:
        return f"{self.username}@{self.home}.example"


OPERATOR = DemoTenant("startklar", "Startklar Drift AB", "supplier", is_operator=True)
# The demo roster (`cli.demo_roster`) has login names of its own invented municipality.
NORRVIK = DemoTenant("norrvik", "Norrviks kommun", "authority", more_domains=("alvsunda.example",))
SODERBY = DemoTenant("soderby", "Söderby kommun", "authority")
VASTERBY = DemoTenant("vasterby", "Västerby kommun", "authority")
SUPPLIER = DemoTenant("laranda", "Läranda AB", "supplier")
TENANTS = (OPERATOR, NORRVIK, SODERBY, VASTERBY, SUPPLIER)


def _at_norrvik(role: Role) -> tuple[Part, ...]:
    return (Part("norrvik", role, Side.customer),)


USERS = (
    DemoUser(
        "drift",
        "Dag Operatör",
        "startklar",
        (
            Part("startklar", Role.platform_admin, Side.supplier),
            Part("startklar", Role.tenant_admin, Side.supplier),
        ),
    ),
    DemoUser("admin", "Alva Systemansvarig", "norrvik", _at_norrvik(Role.tenant_admin)),
    DemoUser(
        "ledare",
        "Lo Projektledare",
        "norrvik",
        (*_at_norrvik(Role.project_leader), *_at_norrvik(Role.register_admin), *_at_norrvik(Role.trainer)),
    ),
    DemoUser("beslut", "Björk Beslutsfattare", "norrvik", _at_norrvik(Role.approver)),
    DemoUser("rektor", "Runa Rektor", "norrvik", _at_norrvik(Role.unit_head)),
    DemoUser("register", "Rio Registeransvarig", "norrvik", _at_norrvik(Role.register_admin)),
    DemoUser("utbildare", "Ulla Utbildare", "norrvik", _at_norrvik(Role.trainer)),
    DemoUser("deltagare", "Didrik Deltagare", "norrvik", _at_norrvik(Role.participant), is_strong=False),
    DemoUser("stegvis", "Stina Stegvis", "norrvik", _at_norrvik(Role.register_admin), steps_up=True),
    DemoUser("revisor", "Rut Revisor", "norrvik", _at_norrvik(Role.auditor)),
    DemoUser("admin-soderby", "Sol Systemansvarig", "soderby", (Part("soderby", Role.tenant_admin, Side.customer),)),
    DemoUser(
        "deltagare-soderby",
        "Saga Deltagare",
        "soderby",
        (Part("soderby", Role.participant, Side.customer),),
        is_strong=False,
    ),
    DemoUser(
        "admin-vasterby", "Vega Systemansvarig", "vasterby", (Part("vasterby", Role.tenant_admin, Side.customer),)
    ),
    DemoUser(
        "leverantor",
        "Leia Leverantör",
        "laranda",
        (
            Part("laranda", Role.tenant_admin, Side.supplier),
            Part("norrvik", Role.project_leader, Side.supplier),
        ),
    ),
)
