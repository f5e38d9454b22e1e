"""What a template may write: the fields of each kind of row, and the SQL that reads them.

Rows that are present, and in force: begun, or to begin by `:until`, and not over before `:day`.
"""

from dataclasses import dataclass, field

SEALED = frozenset({"nationalId"})
"""Fields that are stored encrypted: the SQL gives the sealed bytes."""

_ALIAS = "upper(right(replace({p}.id::text, '-', ''), 6))"


@dataclass(frozen=True)
class RowsSpec:
    """`origin` is the FROM clause; `fields` maps a field to its SQL; `persons` are the aliases of joined persons.

    `filters` maps a template's filter to the column that it narrows; `personal` are fields that tell about a person;
    `dated` are the aliases of rows that begin and end.
    """

    origin: str
    fields: dict[str, str]
    persons: tuple[str, ...] = ()
    filters: dict[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    dated: tuple[str, ...] = ()


def in_force(alias: str) -> str:
    """That a row with dates counts on the day of the package."""
    return (
        f"({alias}.starts_on IS NULL OR {alias}.starts_on <= :until)"
        f" AND ({alias}.ends_on IS NULL OR {alias}.ends_on >= :day)"
    )


def _person(p: str, prefix: str = "") -> dict[str, str]:
    """The fields of a joined person. A protected one has no name in the table at all: the alias stands for it."""

    def named(name: str) -> str:
        return prefix + name[0].upper() + name[1:] if prefix else name

    fields = {
        "givenName": f"CASE WHEN {p}.protected THEN 'Skyddad' ELSE {p}.given_name END",
        "familyName": f"CASE WHEN {p}.protected THEN {_ALIAS.format(p=p)} ELSE {p}.family_name END",
        "email": f"{p}.email",
        "login": f"{p}.login",
        "nationalId": f"CASE WHEN NOT {p}.protected THEN {p}.civic_cipher END",
    }
    return {named(name): sql for name, sql in fields.items() if name not in SEALED or not prefix}


def _join(table: str, alias: str, key: str) -> str:
    owner, column = key.split(".")
    return (
        f"JOIN {table} {alias} ON {alias}.tenant_id = {owner}.tenant_id AND {alias}.id = {owner}.{column}"
        f" AND {alias}.ended_at IS NULL"
    )


_PERSONAL = frozenset({"givenName", "familyName", "email", "login", "nationalId"})
_UNIT = {"unitSourceId": "u.source_id", "unitCode": "u.code", "unitName": "u.name"}
_DATES = {"startsOn": "t.starts_on", "endsOn": "t.ends_on"}
_HOME = f"""LEFT JOIN LATERAL (
    SELECT min(g.source_id) AS source_id, string_agg(g.name, ',' ORDER BY g.name) AS name FROM membership m
    JOIN school_group g ON g.tenant_id = m.tenant_id AND g.id = m.group_id AND g.ended_at IS NULL
         AND {in_force("g")}
    WHERE m.tenant_id = t.tenant_id AND m.person_id = t.person_id AND m.ended_at IS NULL AND m.role = 'pupil'
      AND g.kind = 'home' AND g.unit_id = t.unit_id AND {in_force("m")}) h ON true"""
_AT_GROUP = f"""LEFT JOIN school_group g ON g.tenant_id = t.tenant_id AND g.id = t.group_id AND g.ended_at IS NULL
    AND {in_force("g")}"""
_GUARDIANS = """(SELECT string_agg(g.source_id, ',' ORDER BY g.source_id) FROM responsible r
    JOIN person g ON g.tenant_id = r.tenant_id AND g.id = r.guardian_id AND g.ended_at IS NULL AND NOT g.protected
    WHERE r.tenant_id = t.tenant_id AND r.child_id = t.id AND r.ended_at IS NULL)"""

ROWS: dict[str, RowsSpec] = {
    "units": RowsSpec(
        "unit t LEFT JOIN unit o ON o.tenant_id = t.tenant_id AND o.id = t.parent_id",
        {
            "sourceId": "t.source_id",
            "name": "t.name",
            "kind": "t.kind",
            "code": "t.code",
            "parentSourceId": "o.source_id",
            "schoolForms": "array_to_string(t.school_forms, ',')",
        },
        filters={"units": "t.id"},
    ),
    "persons": RowsSpec(
        "person t",
        {"sourceId": "t.source_id", **_person("t"), "guardianSourceIds": _GUARDIANS},
        ("t",),
        personal=_PERSONAL,
    ),
    "enrolments": RowsSpec(
        f"enrolment t {_join('person', 'p', 't.person_id')} {_join('unit', 'u', 't.unit_id')} {_HOME}",
        {
            "rowId": "t.id",
            "personSourceId": "p.source_id",
            **_person("p"),
            **_UNIT,
            "schoolForm": "t.school_form",
            "schoolYear": "t.school_year",
            **_DATES,
            "groupSourceId": "h.source_id",
            "groupName": "h.name",
        },
        ("p",),
        {"units": "t.unit_id", "school_forms": "t.school_form"},
        _PERSONAL,
        ("t",),
    ),
    "placements": RowsSpec(
        f"placement t {_join('person', 'p', 't.child_id')} {_join('unit', 'u', 't.unit_id')} {_AT_GROUP}",
        {
            "rowId": "t.id",
            "personSourceId": "p.source_id",
            **_person("p"),
            **_UNIT,
            "schoolForm": "t.school_form",
            **_DATES,
            "weeklyHours": "t.weekly_hours",
            "groupSourceId": "g.source_id",
            "groupName": "g.name",
        },
        ("p",),
        {"units": "t.unit_id", "school_forms": "t.school_form"},
        _PERSONAL,
        ("t",),
    ),
    "duties": RowsSpec(
        f"duty t {_join('person', 'p', 't.person_id')} {_join('unit', 'u', 't.unit_id')}",
        {
            "rowId": "t.id",
            "personSourceId": "p.source_id",
            **_person("p"),
            **_UNIT,
            "role": "t.role",
            **_DATES,
        },
        ("p",),
        {"units": "t.unit_id", "roles": "t.role"},
        _PERSONAL,
        ("t",),
    ),
    "groups": RowsSpec(
        f"school_group t {_join('unit', 'u', 't.unit_id')}",
        {"sourceId": "t.source_id", "name": "t.name", "kind": "t.kind", "schoolForm": "t.school_form"} | _UNIT | _DATES,
        filters={"units": "t.unit_id", "school_forms": "t.school_form", "group_kinds": "t.kind"},
        dated=("t",),
    ),
    "memberships": RowsSpec(
        f"membership t {_join('school_group', 'g', 't.group_id')} {_join('person', 'p', 't.person_id')}"
        f" {_join('unit', 'u', 'g.unit_id')}",
        {
            "rowId": "t.id",
            "groupSourceId": "g.source_id",
            "groupName": "g.name",
            "personSourceId": "p.source_id",
            **_person("p"),
            **_UNIT,
            "role": "t.role",
            **_DATES,
        },
        ("p",),
        {"units": "g.unit_id", "school_forms": "g.school_form", "group_kinds": "g.kind"},
        _PERSONAL,
        ("t", "g"),
    ),
    "responsibles": RowsSpec(
        f"responsible t {_join('person', 'c', 't.child_id')} {_join('person', 'g', 't.guardian_id')}",
        {
            "childSourceId": "c.source_id",
            "guardianSourceId": "g.source_id",
            **_person("c", "child"),
            **_person("g", "guardian"),
        },
        ("c", "g"),
        personal=frozenset(
            f"{who}{name}" for who in ("child", "guardian") for name in ("GivenName", "FamilyName", "Email", "Login")
        ),
    ),
}
