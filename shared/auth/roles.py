"""The role vocabulary and grants of the form `role@unitId` or `role@*`."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from shared.kit.words import Word


class Side(Word):
    """Which party of the rollout a membership stands for; only the customer passes gates and approves deliveries."""

    customer = "customer"
    supplier = "supplier"
    third_party = "third_party"
    programme = "programme"


class Population(Word):
    """Which of the programme's groups a person logs in as [AU-S]; decided by the roster, never by a login."""

    staff = "staff"
    guardian = "guardian"
    pupil = "pupil"


CHILDREN = Population.pupil
NOT_STAFF = (Population.guardian, Population.pupil)
"""Judged as such by the rules of assurance, whatever role they hold besides."""


class Role(Word):
    """What a person is in a tenant; `sentence` says what the role may do."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    platform_admin = "platform_admin", "Creates tenants on the platform and reads no tenant's data."
    tenant_admin = "tenant_admin", "Administers the tenant's accounts, memberships, clients and policies."
    project_leader = "project_leader", "Leads a rollout project on the side of the membership."
    approver = "approver", "Takes decisions for the customer: passes gates, waives criteria, approves deliveries."
    unit_head = "unit_head", "Heads a unit and follows its plan, staff and training."
    register_admin = "register_admin", "Loads, approves and applies the roster."
    trainer = "trainer", "Holds course sessions and records attendance."
    participant = "participant", "Takes part in training and sees what concerns the own person."
    auditor = "auditor", "Reads everything in the tenant, the journal included, and changes nothing."
    programme_viewer = "programme_viewer", "Sees the aggregates that authorities pushed to a programme."


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role at one unit, or at every unit of the tenant when `unit` is None (written `*`)."""

    role: Role
    unit: UUID | None = None

    @classmethod
    def parse(cls, value: str) -> Self:
        """From `role@unitId` or `role@*`; ValueError for anything else, an unknown role included."""
        name, at, unit = value.partition("@")
        if not at:
            raise ValueError(f"a role grant is written role@unit or role@*, not {value!r}")
        return cls(Role(name), None if unit == "*" else UUID(unit))

    def __str__(self) -> str:
        return f"{self.role.value}@{self.unit or '*'}"
