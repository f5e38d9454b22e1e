"""The kinds of roster rows as the SQL of planning and applying needs them."""

from dataclasses import dataclass

from services.sync.plan.models import (
    PlannedDuty,
    PlannedEnrolment,
    PlannedGroup,
    PlannedMembership,
    PlannedPerson,
    PlannedResponsible,
    PlannedRow,
    PlannedUnit,
)
from services.sync.roster.models import (
    DutyFields,
    EnrolmentFields,
    GroupFields,
    MembershipFields,
    PersonFields,
    ResponsibleFields,
    UnitFields,
)


@dataclass(frozen=True)
class Entity:
    """`kind` is the name in API and feed. `key` is the natural key of a tie; rows with a source id have none.

    `end_unit` says, in SQL over the alias p, under which unit the end of a row is counted. `kept_by` is the column
    that ties a row to the person on whose account it is kept when its own delivered row could not be read.
    """

    kind: str
    table: str
    planned: type[PlannedRow]
    columns: tuple[str, ...]
    end_unit: str
    key: tuple[str, ...] = ()
    kept_by: str | None = None

    @property
    def planned_table(self) -> str:
        return f"planned_{self.table}"

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns that tell a change: a sealed number differs each time that it is sealed, its hash does not."""
        return tuple(column for column in self.columns if column != "civic_cipher")


_UNIT_OF_PERSON = """(
    SELECT x.unit_id FROM (
        SELECT d.unit_id FROM duty d WHERE d.tenant_id = p.tenant_id AND d.person_id = p.id AND d.ended_at IS NULL
        UNION ALL
        SELECT e.unit_id FROM enrolment e
        WHERE e.tenant_id = p.tenant_id AND e.person_id = p.id AND e.ended_at IS NULL
    ) x ORDER BY x.unit_id LIMIT 1)"""
_UNIT_OF_GROUP = "(SELECT g.unit_id FROM school_group g WHERE g.tenant_id = p.tenant_id AND g.id = p.group_id)"

# In the order in which rows come into being: what is referred to stands before what refers.
ENTITIES: tuple[Entity, ...] = (
    Entity("unit", "unit", PlannedUnit, tuple(UnitFields.model_fields), "p.id"),
    Entity("person", "person", PlannedPerson, tuple(PersonFields.model_fields), _UNIT_OF_PERSON),
    Entity("group", "school_group", PlannedGroup, tuple(GroupFields.model_fields), "p.unit_id"),
    Entity(
        "duty",
        "duty",
        PlannedDuty,
        tuple(DutyFields.model_fields),
        "p.unit_id",
        ("person_id", "unit_id", "role"),
        "person_id",
    ),
    Entity(
        "enrolment",
        "enrolment",
        PlannedEnrolment,
        tuple(EnrolmentFields.model_fields),
        "p.unit_id",
        ("person_id", "unit_id", "school_form"),
        "person_id",
    ),
    Entity(
        "membership",
        "membership",
        PlannedMembership,
        tuple(MembershipFields.model_fields),
        _UNIT_OF_GROUP,
        ("group_id", "person_id", "role"),
        "person_id",
    ),
    Entity(
        "responsible",
        "responsible",
        PlannedResponsible,
        tuple(ResponsibleFields.model_fields),
        "NULL::uuid",
        ("child_id", "guardian_id"),
        "child_id",
    ),
)
BY_KIND = {entity.kind: entity for entity in ENTITIES}
