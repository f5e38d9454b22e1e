"""The roster as it was: SQL for the rows of one kind that were present in a version.

Rows are never removed, and a planned row keeps what it replaced. So the state in version N is the present roster, with
each row that changed since put back to what the first change after N found. That costs what has changed since, not
what there is; a row that nobody planned (a domain of login names that was proved) is as it is today.
"""

from services.sync.plan.entities import Entity

# What the row was before its first change after the version: its planned values, and over them those that it had.
_LATER = """
{name} AS MATERIALIZED (
    SELECT DISTINCT ON (p.id) p.id, p.op,
           to_jsonb(p) || coalesce(nullif(p.before, 'null'::jsonb), '{{}}'::jsonb) AS was
    FROM {planned} p JOIN run r ON r.tenant_id = p.tenant_id AND r.id = p.run_id
    WHERE p.tenant_id = :tenant AND r.applied_version > :{version} {narrowed_p}
    ORDER BY p.id, r.applied_version)
"""
_THEN = """
WITH {later}
SELECT t.id, {from_t} FROM {table} t
WHERE t.tenant_id = :tenant AND t.ended_at IS NULL {narrowed_t} AND NOT EXISTS (SELECT FROM later l WHERE l.id = t.id)
UNION ALL
SELECT l.id, {from_w} FROM later l CROSS JOIN LATERAL jsonb_populate_record(NULL::{planned}, l.was) w
WHERE l.op IN ('change', 'end')
"""
# A page of it, in the order of ids: each side by itself stops at the limit.
_PAGE = """
WITH {later}
(SELECT t.id, {from_t} FROM {table} t
 WHERE t.tenant_id = :tenant AND t.ended_at IS NULL AND t.id > :after {at_unit_t}
   AND NOT EXISTS (SELECT FROM later l WHERE l.id = t.id)
 ORDER BY t.id LIMIT :limit)
UNION ALL
(SELECT l.id, {from_w} FROM later l CROSS JOIN LATERAL jsonb_populate_record(NULL::{planned}, l.was) w
 WHERE l.op IN ('change', 'end') AND l.id > :after {at_unit_w}
 ORDER BY l.id LIMIT :limit)
ORDER BY 1 LIMIT :limit
"""
_NOW = "SELECT t.id, {from_t} FROM {table} t WHERE t.tenant_id = :tenant AND t.ended_at IS NULL {narrowed_t}"


def later(entity: Entity, name: str, version: str, narrowed: str = "") -> str:
    """The body of a WITH: by id, the first change after a version and the whole row as it was before."""
    return _LATER.format(name=name, planned=entity.planned_table, version=version, narrowed_p=narrowed)


def rows_of(entity: Entity, version: str | None, ids: str | None = None) -> str:
    """A SELECT of id and columns of every row present in a version.

    `version` and `ids` name parameters of the statement: None is the newest version, and all rows.
    """
    narrowed = f"AND {{}}.id = ANY (:{ids})" if ids else ""
    from_t = ", ".join(f"t.{column}" for column in entity.columns)
    if version is None:
        return _NOW.format(from_t=from_t, table=entity.table, narrowed_t=narrowed.format("t"))
    return _THEN.format(
        later=later(entity, "later", version, narrowed.format("p")),
        from_t=from_t,
        from_w=", ".join(f"w.{column}" for column in entity.columns),
        table=entity.table,
        planned=entity.planned_table,
        narrowed_t=narrowed.format("t"),
    )


def page_of(entity: Entity, version: str, *, at_unit: bool) -> str:
    """A SELECT of the next rows present in a version, by id: parameters tenant, after, limit, and unit if `at_unit`.

    `version` names a parameter too.
    """
    return _PAGE.format(
        later=later(entity, "later", version),
        from_t=", ".join(f"t.{column}" for column in entity.columns),
        from_w=", ".join(f"w.{column}" for column in entity.columns),
        table=entity.table,
        planned=entity.planned_table,
        at_unit_t="AND t.unit_id = :unit" if at_unit else "",
        at_unit_w="AND w.unit_id = :unit" if at_unit else "",
    )
