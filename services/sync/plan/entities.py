"""The kinds of roster rows as the SQL of planning and applying needs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.sync.plan.models import (
    PlannedAbsence,
    PlannedActivity,
    PlannedActivityTeacher,
    PlannedDuty,
    PlannedEnrolment,
    PlannedGroup,
    PlannedMembership,
    PlannedPerson,
    PlannedPlacement,
    PlannedResponsible,
    PlannedRow,
    PlannedTeaching,
    PlannedUnit,
)
from services.sync.roster.models import (
    AbsenceFields,
    ActivityFields,
    ActivityTeacherFields,
    DutyFields,
    EnrolmentFields,
    GroupFields,
    MembershipFields,
    PersonFields,
    PlacementFields,
    ResponsibleFields,
    TeachingFields,
    UnitFields,
)


@dataclass(frozen=True)
class Entity:
    """`kind` is the name in API and feed. `key` is the natural key of a tie; rows with a source id have none.

    `end_unit` says, in SQL over the alias p, under which unit the end of a row is counted. `kept_by` is the column
    that ties a row to what it is kept on account of when its own delivered row could not be read, and `keeper` the kind
    of that: mostly a person. `references` are the columns with ids of the roster, and the kind that each speaks of.
    `told` says, in SQL over the alias p, which present rows the delivery could have shown at all.
    """

    kind: str
    table: str
    planned: type[PlannedRow]
    columns: tuple[str, ...]
    end_unit: str
    key: tuple[str, ...] = ()
    kept_by: str | None = None
    keeper: str = "person"
    references: Mapping[str, str] = field(default_factory=dict)
    told: str = ""

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
        UNION ALL
        SELECT c.unit_id FROM placement c
        WHERE c.tenant_id = p.tenant_id AND c.child_id = p.id AND c.ended_at IS NULL
    ) x ORDER BY x.unit_id LIMIT 1)"""
_UNIT_OF_GROUP = "(SELECT g.unit_id FROM school_group g WHERE g.tenant_id = p.tenant_id AND g.id = p.group_id)"
_UNIT_OF_ACTIVITY = "(SELECT a.unit_id FROM activity a WHERE a.tenant_id = p.tenant_id AND a.id = p.activity_id)"
_AT_UNIT = {"person_id": "person", "unit_id": "unit"}

# In the order in which rows come into being: what is referred to stands before what refers.
ENTITIES: tuple[Entity, ...] = (
    Entity("unit", "unit", PlannedUnit, tuple(UnitFields.model_fields), "p.id", references={"parent_id": "unit"}),
    Entity("person", "person", PlannedPerson, tuple(PersonFields.model_fields), _UNIT_OF_PERSON),
    Entity(
        "group",
        "school_group",
        PlannedGroup,
        tuple(GroupFields.model_fields),
        "p.unit_id",
        references={"unit_id": "unit"},
    ),
    Entity(
        "duty",
        "duty",
        PlannedDuty,
        tuple(DutyFields.model_fields),
        "p.unit_id",
        ("person_id", "unit_id", "role"),
        "person_id",
        references=_AT_UNIT,
    ),
    Entity(
        "enrolment",
        "enrolment",
        PlannedEnrolment,
        tuple(EnrolmentFields.model_fields),
        "p.unit_id",
        ("person_id", "unit_id", "school_form"),
        "person_id",
        references=_AT_UNIT,
    ),
    Entity(
        "membership",
        "membership",
        PlannedMembership,
        tuple(MembershipFields.model_fields),
        _UNIT_OF_GROUP,
        ("group_id", "person_id", "role"),
        "person_id",
        references={"group_id": "group", "person_id": "person"},
    ),
    Entity(
        "responsible",
        "responsible",
        PlannedResponsible,
        tuple(ResponsibleFields.model_fields),
        "NULL::uuid",
        ("child_id", "guardian_id"),
        "child_id",
        references={"child_id": "person", "guardian_id": "person"},
    ),
    Entity(
        "placement",
        "placement",
        PlannedPlacement,
        tuple(PlacementFields.model_fields),
        "p.unit_id",
        ("child_id", "unit_id", "school_form"),
        "child_id",
        references={"child_id": "person", "unit_id": "unit", "group_id": "group"},
    ),
    Entity(
        "activity",
        "activity",
        PlannedActivity,
        tuple(ActivityFields.model_fields),
        "p.unit_id",
        references={"unit_id": "unit"},
    ),
    Entity(
        "teaching",
        "teaching",
        PlannedTeaching,
        tuple(TeachingFields.model_fields),
        _UNIT_OF_ACTIVITY,
        ("activity_id", "group_id"),
        "activity_id",
        "activity",
        references={"activity_id": "activity", "group_id": "group"},
    ),
    Entity(
        "activity_teacher",
        "activity_teacher",
        PlannedActivityTeacher,
        tuple(ActivityTeacherFields.model_fields),
        _UNIT_OF_ACTIVITY,
        ("activity_id", "person_id"),
        "person_id",
        references={"activity_id": "activity", "person_id": "person"},
    ),
    Entity(
        "absence",
        "absence",
        PlannedAbsence,
        tuple(AbsenceFields.model_fields),
        "p.unit_id",
        ("about_id", "month"),
        "unit_id",
        "unit",
        # `about_id` repeats one of these two.
        references={"unit_id": "unit", "group_id": "group"},
        # A delivery tells of the months that it has rows of; the others stay.
        told="EXISTS (SELECT FROM r_absence m WHERE m.month = p.month)",
    ),
)
BY_KIND = {entity.kind: entity for entity in ENTITIES}


def persons_of(kind: str, row: PlannedRow) -> set[UUID]:
    """Whom a planned row is about: the person, or those whom it ties."""
    if kind == "person":
        return {row.id}
    return {getattr(row, column) for column, of in BY_KIND[kind].references.items() if of == "person"}
