"""The list of activities as one SQL statement, and what narrows it.

A page of 50 rows through the ORM and a response model costs several times as much CPU (docs/benchmarks.md):
PostgreSQL writes the JSON of `ActivityItem`, and the service only joins it together. Only the rows of the page are
turned into JSON, and only the filters that were asked for stand in the statement: a generic plan of "no filter or
this one" reads and shows the whole project. Children are counted for rows that are carried out per unit, no others.
"""

_LATE = "({row}.is_enabled AND {row}.state IN ('planned', 'started') AND coalesce({row}.window_end < {today}, false))"
_LATE_CHILD = _LATE.format(row="c", today="{today}")

ROLLUP = f"""
CASE WHEN jsonb_typeof(a.fan_out) = 'object' THEN (
    SELECT json_build_object(
        'total', count(*),
        'planned', count(*) FILTER (WHERE c.state = 'planned'),
        'started', count(*) FILTER (WHERE c.state = 'started'),
        'done', count(*) FILTER (WHERE c.state = 'done'),
        'cancelled', count(*) FILTER (WHERE c.state = 'cancelled'),
        'overdue', count(*) FILTER (WHERE {_LATE_CHILD}),
        'start', min(c.window_start), 'end', max(c.window_end))
    FROM activity c
    WHERE c.tenant_id = a.tenant_id AND c.project_id = a.project_id AND c.parent_id = a.id
        AND c.deleted_at IS NULL AND c.is_enabled
) END
"""
"""What the children of row `a` come to. Put the day into `{today}`. The project is named for reads of the past, which
find rows by it."""

_LIST = """
SELECT a.position, a.id, row_to_json(shown)::text AS shown
FROM (
    SELECT a.* FROM activity a
    WHERE a.tenant_id = tenant.id AND a.project_id = $2 AND (a.position, a.id) > ($3, $4) AND a.deleted_at IS NULL
        {filters}
    ORDER BY a.position, a.id LIMIT $5
) a CROSS JOIN LATERAL (
    SELECT a.id, a.project_id AS "projectId", a.phase_id AS "phaseId", a.track_key AS "trackKey",
        a.source_ref AS "sourceRef", a.parent_id AS "parentId", a.unit_id AS "unitId", a.position,
        a.title, a.section, a.kind, a.side, a.modality, a.state, a.is_enabled AS "isEnabled",
        a.is_checklist AS "isChecklist", a.is_pinned AS "isPinned", a.needs_approval AS "needsApproval",
        CASE WHEN a.window_start IS NOT NULL THEN json_build_object(
            'start', a.window_start, 'end', a.window_end,
            'precision', a.window_precision, 'tentative', a.window_tentative
        ) END AS "window",
        {late} AS "isOverdue", a.owner_id AS "ownerId", a.external_party AS "externalParty",
        to_char(a.done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "doneAt",
        {rollup} AS rollup, a.version
) shown
ORDER BY a.position, a.id LIMIT $5
"""

# By the fields of `ActivityFilter`.
FILTERS = {
    **{
        name: f"a.{name} = {{}}"
        for name in ("state", "side", "kind", "phase_id", "track_key", "unit_id", "parent_id", "owner_id")
    },
    "is_enabled": "a.is_enabled = {}",
    "is_checklist": "a.is_checklist = {}",
    "is_overdue": f"{_LATE.format(row='a', today='$6')} = {{}}",
    "external_party": "lower(a.external_party) = lower({})",
    "due_before": "a.window_end < {}",
    "due_after": "a.window_end > {}",
    "words": "EXISTS (SELECT FROM jsonb_each_text(a.title) t WHERE strpos(lower(t.value), lower({})) > 0)",
}


def list_statement(filters: str = "") -> str:
    """The statement: $2 project, $3 and $4 the sort key after which it begins, $5 limit, $6 today, then filters."""
    return _LIST.format(filters=filters, late=_LATE.format(row="a", today="$6"), rollup=ROLLUP.format(today="$6"))
