"""The canonical rows: which fields a mapping may fill for each kind of row, and the columns that go to the database."""

from dataclasses import dataclass

from shared.contracts.sync import DutyRole, GroupKind, MembershipRole, SchoolForm, UnitKind


@dataclass(frozen=True)
class FieldSpec:
    """One field that a mapping may fill.

    `form` says how a cell is read: text, id (a source id of the row itself), ref (of another row), choice, choices
    (a list), date, month, number, count, national_id, externals, marking, login, email. `fallback`
    replaces an unknown choice.
    """

    name: str
    form: str = "text"
    required: bool = False
    choices: frozenset[str] = frozenset()
    fallback: str | None = None
    refers_to: str = ""


@dataclass(frozen=True)
class EntitySpec:
    """A kind of row. `columns` is the order in which its cells are copied to the database."""

    name: str
    fields: tuple[FieldSpec, ...]
    columns: tuple[str, ...]

    @property
    def has_source_id(self) -> bool:
        return self.fields[0].form == "id"

    def field(self, name: str) -> FieldSpec | None:
        return next((field for field in self.fields if field.name == name), None)


def _choices(words: type[UnitKind | SchoolForm | DutyRole | GroupKind | MembershipRole]) -> frozenset[str]:
    return frozenset(word.value for word in words)


_SID = FieldSpec("sourceId", "id", required=True)
_NAME = FieldSpec("name", required=True)
_PERSON = FieldSpec("person", "ref", required=True, refers_to="person")
_UNIT = FieldSpec("unit", "ref", required=True, refers_to="unit")
_CHILD = FieldSpec("child", "ref", required=True, refers_to="person")
_IN_GROUP = FieldSpec("group", "ref", required=True, refers_to="group")
_IN_ACTIVITY = FieldSpec("activity", "ref", required=True, refers_to="activity")
_FORM = FieldSpec("schoolForm", "choice", choices=_choices(SchoolForm))
_DATES = (FieldSpec("startsOn", "date"), FieldSpec("endsOn", "date"))
# `untold` names the columns that the delivery says nothing about: there the roster keeps what it has.
_PLACE = ("file", "line", "bad", "untold")

ENTITIES: dict[str, EntitySpec] = {
    spec.name: spec
    for spec in (
        EntitySpec(
            "unit",
            (
                _SID,
                _NAME,
                FieldSpec("kind", "choice", choices=_choices(UnitKind), fallback="school"),
                FieldSpec("parent", "ref", refers_to="unit"),
                FieldSpec("schoolForms", "choices", choices=_choices(SchoolForm)),
                FieldSpec("code"),
            ),
            (*_PLACE, "id", "sid", "name", "kind", "parent_sid", "school_forms", "code"),
        ),
        EntitySpec(
            "person",
            (
                _SID,
                FieldSpec("givenName", required=True),
                FieldSpec("familyName", required=True),
                FieldSpec("email", "email"),
                FieldSpec("login", "login"),
                FieldSpec("nationalId", "national_id"),
                FieldSpec("externalIds", "externals"),
                FieldSpec("marking", "marking"),
            ),
            (
                *_PLACE, "id", "sid", "given_name", "family_name", "email", "login", "login_digest",
                "login_scope", "civic_hash", "civic_cipher", "external_ids", "external_digests", "protected",
            ),
        ),
        EntitySpec(
            "duty",
            (
                _PERSON,
                _UNIT,
                FieldSpec("role", "choice", required=True, choices=_choices(DutyRole), fallback="other"),
                *_DATES,
            ),
            (*_PLACE, "id", "person_sid", "unit_sid", "role", "starts_on", "ends_on"),
        ),
        EntitySpec(
            "enrolment",
            (_PERSON, _UNIT, _FORM, FieldSpec("schoolYear", "number"), *_DATES),
            (*_PLACE, "id", "person_sid", "unit_sid", "school_form", "school_year", "starts_on", "ends_on"),
        ),
        EntitySpec(
            "group",
            (
                _SID,
                _NAME,
                FieldSpec("kind", "choice", choices=_choices(GroupKind), fallback="teaching"),
                _UNIT,
                _FORM,
                *_DATES,
            ),
            (*_PLACE, "id", "sid", "name", "kind", "unit_sid", "school_form", "starts_on", "ends_on"),
        ),
        EntitySpec(
            "membership",
            (
                _IN_GROUP,
                _PERSON,
                FieldSpec("role", "choice", required=True, choices=_choices(MembershipRole)),
                *_DATES,
            ),
            (*_PLACE, "id", "group_sid", "person_sid", "role", "starts_on", "ends_on"),
        ),
        EntitySpec(
            "responsible",
            (_CHILD, FieldSpec("guardian", "ref", required=True, refers_to="person")),
            (*_PLACE, "id", "child_sid", "guardian_sid"),
        ),
        EntitySpec(
            "placement",
            (
                _CHILD,
                _UNIT,
                FieldSpec("group", "ref", refers_to="group"),
                _FORM,
                *_DATES,
                FieldSpec("weeklyHours", "number"),
            ),
            (
                *_PLACE, "id", "child_sid", "unit_sid", "group_sid", "school_form", "starts_on", "ends_on",
                "weekly_hours",
            ),
        ),
        EntitySpec(
            "activity",
            (_SID, _NAME, _UNIT, FieldSpec("subject"), *_DATES),
            (*_PLACE, "id", "sid", "name", "unit_sid", "subject", "starts_on", "ends_on"),
        ),
        EntitySpec("teaching", (_IN_ACTIVITY, _IN_GROUP), (*_PLACE, "id", "activity_sid", "group_sid")),
        EntitySpec("activity_teacher", (_IN_ACTIVITY, _PERSON), (*_PLACE, "id", "activity_sid", "person_sid")),
        # A number about many, in one month; no person has a field here.
        EntitySpec(
            "absence",
            (
                _UNIT,
                FieldSpec("group", "ref", refers_to="group"),
                FieldSpec("month", "month", required=True),
                FieldSpec("pupils", "count", required=True),
                FieldSpec("absentMinutes", "count", required=True),
                FieldSpec("plannedMinutes", "count"),
            ),
            (*_PLACE, "id", "unit_sid", "group_sid", "month", "pupils", "absent_minutes", "planned_minutes"),
        ),
        # What a platform tells about an account; a register has no such rows.
        EntitySpec(
            "account",
            (
                _PERSON,
                FieldSpec("state", "choice", choices=frozenset({"active", "inactive"}), fallback="active"),
                FieldSpec("lastLogin", "date"),
            ),
            (*_PLACE, "id", "person_sid", "state", "last_login"),
        ),
    )
}  # fmt: skip
