"""What a person is or was in the roster, as SQL: the part decides how long a tombstone stands."""

_TIES = {
    "pupil": (("enrolment", "person_id"), ("placement", "child_id")),
    "staff": (("duty", "person_id"), ("activity_teacher", "person_id")),
    "guardian": (("responsible", "guardian_id"),),
}


def has_part(part: str, row: str, more: str = "") -> str:
    """Whether the person row `row` has or had the part; `more` narrows the ties, over the alias x."""
    return " OR ".join(
        f"EXISTS (SELECT FROM {table} x WHERE x.tenant_id = {row}.tenant_id AND x.{column} = {row}.id {more})"
        for table, column in _TIES[part]
    )


def part_of(row: str) -> str:
    """The part of the person row `row`; of many the one that was kept longest."""
    return (
        f"CASE WHEN {has_part('pupil', row)} THEN 'pupil' WHEN {has_part('staff', row)} THEN 'staff'"
        f" WHEN {has_part('guardian', row)} THEN 'guardian' ELSE 'none' END"
    )
