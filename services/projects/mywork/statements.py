"""One statement that finds what waits for one person: a part for each kind, so that only those asked for are read.

Every part gives the same columns. `row_id` tells two items of one thing apart (a survey asked of two units) and is
what a page goes on from, after the day when the item is due; what has no day comes last.
"""

from collections.abc import Collection

from services.projects.mywork.vocabulary import ItemKind

NO_DAY = "9000-01-01"  # far beyond every plan; asyncpg would make infinity of the last day there is

_HELD = """held AS (
    SELECT ra.project_id, r.key, ra.unit_id FROM role_assignment ra
    JOIN project_role r ON r.tenant_id = ra.tenant_id AND r.id = ra.role_id
    WHERE ra.tenant_id = :tenant AND (ra.account_id = :me OR ra.deputy_id = :me)
        AND ra.valid_from <= :today AND (ra.valid_to IS NULL OR ra.valid_to >= :today)
), duty AS (
    SELECT p.activity_id, h.unit_id FROM held h
    JOIN activity_participation p ON p.tenant_id = :tenant AND p.project_id = h.project_id AND p.role_key = h.key
    WHERE p.account_id IS NULL AND p.raci IN ('R', 'A')
), own AS (
    SELECT id FROM activity WHERE tenant_id = :tenant AND owner_id = :me
    UNION SELECT activity_id FROM activity_participation
        WHERE tenant_id = :tenant AND account_id = :me AND raci IN ('R', 'A')
    UNION SELECT a.id FROM duty d JOIN activity a ON a.tenant_id = :tenant AND a.id = d.activity_id
        WHERE d.unit_id IS NULL OR a.unit_id = d.unit_id OR (a.unit_id IS NULL AND a.fan_out IS NULL)
    UNION SELECT a.id FROM duty d JOIN activity a ON a.tenant_id = :tenant AND a.parent_id = d.activity_id
        WHERE a.unit_id = d.unit_id
)"""

_WINDOW = "{0}.window_start, {0}.window_end, {0}.window_precision, {0}.window_tentative"
_NO_WINDOW = "NULL::date, NULL::date, NULL::text, false"
_SAID = "jsonb_build_object('sv', {0}, 'en', {0})"

# kind -> (id, row id, unit, title, source reference, window, day, state), then where the rows come from as t
_PARTS: dict[ItemKind, tuple[str, str]] = {
    ItemKind.activity: (
        f"t.id, t.id, t.unit_id, t.title, t.source_ref, {_WINDOW.format('t')}, t.window_end, t.state",
        "activity t JOIN own ON own.id = t.id WHERE t.deleted_at IS NULL AND t.is_enabled"
        " AND t.state IN ('planned', 'started')",
    ),
    ItemKind.decision: (
        f"t.id, t.id, NULL::uuid, t.question, t.source_ref, {_WINDOW.format('t')}, t.window_end, t.state",
        "decision t WHERE :decides AND t.state = 'open' AND t.by_side IN ('customer', 'joint')",
    ),
    ItemKind.gate: (
        f"t.id, t.id, NULL::uuid, t.title, t.source_ref, {_WINDOW.format('t')}, t.window_end, t.state",
        "gate t WHERE :decides AND t.state = 'ready'",
    ),
    ItemKind.change_request: (
        f"t.id, t.id, NULL::uuid, {_SAID.format('t.title')}, NULL::text, {_NO_WINDOW}, NULL::date, t.state",
        "change_request t WHERE :decides AND t.state = 'submitted'",
    ),
    ItemKind.escalation: (
        f"t.id, t.id, NULL::uuid, {_SAID.format('t.item')}, NULL::text, {_NO_WINDOW}, t.due_on, t.state",
        "escalation t WHERE :decides AND t.state = 'raised'",
    ),
    ItemKind.data_request: (
        f"t.id, u.id, u.unit_id, {_SAID.format('t.title')}, NULL::text, {_NO_WINDOW}, t.due, 'open'",
        "data_request t JOIN data_request_unit u ON u.tenant_id = t.tenant_id AND u.request_id = t.id"
        " WHERE t.closed_at IS NULL AND u.answered_at IS NULL AND (:heads_all OR u.unit_id = ANY(:heads))",
    ),
    ItemKind.survey: (
        f"t.id, u.id, u.unit_id, t.title, d.source_ref, {_NO_WINDOW}, t.closes_on, 'open'",
        "survey t JOIN survey_definition d ON d.tenant_id = t.tenant_id AND d.id = t.definition_id"
        " JOIN survey_unit u ON u.tenant_id = t.tenant_id AND u.survey_id = t.id"
        " WHERE t.closed_at IS NULL AND t.opens_on <= :today AND t.closes_on >= :today"
        " AND CASE d.respondent WHEN 'unit' THEN (:heads_all OR u.unit_id = ANY(:heads))"
        " AND NOT EXISTS (SELECT FROM survey_response r WHERE r.tenant_id = t.tenant_id AND r.survey_id = t.id"
        " AND r.is_unit AND r.unit_id = u.unit_id)"
        " ELSE u.unit_id = ANY(:belongs) AND NOT EXISTS (SELECT FROM survey_response r"
        " WHERE r.tenant_id = t.tenant_id AND r.survey_id = t.id AND r.respondent_id = :me) END",
    ),
    ItemKind.meeting: (
        f"t.id, t.id, NULL::uuid, b.title, b.source_ref, {_NO_WINDOW}, t.held_on, t.state",
        "meeting t JOIN body b ON b.tenant_id = t.tenant_id AND b.id = t.body_id"
        " WHERE t.state IN ('planned', 'summoned') AND t.held_on >= :today AND EXISTS (SELECT FROM seat s"
        " JOIN seat_membership m ON m.tenant_id = s.tenant_id AND m.seat_id = s.id"
        " WHERE s.tenant_id = t.tenant_id AND s.body_id = t.body_id AND m.account_id = :me"
        " AND m.valid_from <= t.held_on AND (m.valid_to IS NULL OR m.valid_to >= t.held_on))",
    ),
}

_COLUMNS = (
    "kind, id, row_id, unit_id, title, source_ref, window_start, window_end, window_precision, window_tentative, day,"
    " state, project_id"
)


def statement(kinds: Collection[ItemKind]) -> str:
    """The items of these kinds, the earliest day first, up to `:limit` after (`:after_day`, `:after_kind`,
    `:after_row`), due after `:due_after` and on or before `:due_by`."""
    parts = [
        f"SELECT '{kind}', {columns}, t.project_id FROM {source} AND t.tenant_id = :tenant"
        for kind, (columns, source) in _PARTS.items()
        if kind in kinds
    ]
    order = f"coalesce(i.day, DATE '{NO_DAY}'), i.kind, i.row_id"
    return (
        f"WITH {_HELD}, item ({_COLUMNS}) AS ({' UNION ALL '.join(parts)})"
        " SELECT i.*, p.name AS project_name FROM item i"
        " JOIN project p ON p.tenant_id = :tenant AND p.id = i.project_id"
        " WHERE p.state = 'active' AND (CAST(:project AS uuid) IS NULL OR i.project_id = :project)"
        f" AND coalesce(i.day, DATE '{NO_DAY}') > :due_after AND coalesce(i.day, DATE '{NO_DAY}') <= :due_by"
        f" AND ({order}) > (:after_day, :after_kind, :after_row) ORDER BY {order} LIMIT :limit"
    )
