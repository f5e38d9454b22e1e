"""What makes seats fast: what hinders a person is found by that person, from single values.

A whole row as a parameter is built anew wherever one of its columns is asked for. And without statistics the unique
index of sessions and people looks as good as the one of people, by which all that the tenant ever enrolled is read:
OFFSET 0 keeps away the condition that the former needs. The claimed seats are deleted by their numbers: a join could
hold each free seat of the session against each of them.
"""

from alembic import op

revision = "2026_11_22_0780"
down_revision = "2026_11_22_0770"
branch_labels = None
depends_on = None

_HURDLE = """
CREATE FUNCTION seats_hurdle({parameters}, p_person uuid, p_request uuid)
RETURNS TABLE (enrolment_id uuid, outcome text, state text) LANGUAGE sql STABLE AS $$
    SELECT e.id, CASE WHEN e.session_id = {p}session_id AND e.request_id = p_request THEN 'repeated'
                      WHEN e.session_id = {p}session_id THEN 'already'
                      WHEN e.choice_id = {p}choice_id THEN 'chosen' ELSE 'clash' END, e.state
    FROM {enrolment} e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
    WHERE e.tenant_id = {p}tenant_id AND e.person_id = p_person AND e.state <> 'cancelled' AND (
        e.session_id = {p}session_id
        OR e.choice_id = {p}choice_id AND e.state <> 'no_show'
        OR e.state IN ('confirmed', 'offered', 'waiting') AND s.state = 'planned'
           AND s.starts_at < {p}ends_at AND {p}starts_at < s.ends_at AND EXISTS (
               SELECT FROM session_date theirs JOIN session_date ours
               ON ours.tenant_id = theirs.tenant_id AND ours.session_id = {p}session_id
                  AND theirs.starts_at < ours.ends_at AND ours.starts_at < theirs.ends_at
               WHERE theirs.tenant_id = e.tenant_id AND theirs.session_id = e.session_id))
    ORDER BY e.session_id = {p}session_id DESC, e.choice_id IS NOT DISTINCT FROM {p}choice_id DESC, e.id LIMIT 1
$$"""
_OF_PERSON = """(
        SELECT q.* FROM enrolment q WHERE q.tenant_id = p_tenant_id AND q.person_id = p_person OFFSET 0)"""
_PARAMETERS = "p_tenant_id uuid, p_session_id uuid, p_choice_id uuid, p_starts_at timestamptz, p_ends_at timestamptz"
_NEW = _HURDLE.format(parameters=_PARAMETERS, p="p_", enrolment=_OF_PERSON)
_OLD = _HURDLE.format(parameters="p_planned session", p="p_planned.", enrolment="enrolment").replace(
    "p_planned.session_id", "p_planned.id"
)
_TRY = "seats_try(uuid, uuid, uuid, uuid, uuid, timestamptz)"
_ENROL = "seats_enrol_locked(uuid, uuid, uuid[], uuid[], uuid[], timestamptz, boolean, text, uuid)"
_NEXT = "seats_pass_on(uuid, uuid, timestamptz)"
_OLD_CALL = "seats_hurdle(planned, "
_NEW_CALL = "seats_hurdle(p_tenant, p_session, planned.choice_id, planned.starts_at, planned.ends_at, "
_OLD_DELETE = """DELETE FROM free_seat f USING claimed c
        WHERE f.tenant_id = p_tenant AND f.session_id = p_session AND f.number = c.number RETURNING"""
_NEW_DELETE = """DELETE FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session
            AND f.number = ANY (ARRAY (SELECT c.number FROM claimed c)) RETURNING"""
_CHANGES = (
    (_TRY, _OLD_CALL, _NEW_CALL),
    (_ENROL, _OLD_CALL, _NEW_CALL),
    (_ENROL, _OLD_DELETE, _NEW_DELETE),
    (_NEXT, _OLD_DELETE, _NEW_DELETE),
)


def _put(function: str, old: str, new: str) -> None:
    definition = f"pg_get_functiondef('{function}'::regprocedure)"
    op.execute(f"DO $do$ BEGIN EXECUTE replace({definition}, $old${old}$old$, $new${new}$new$); END $do$")


def upgrade() -> None:
    op.execute(_NEW)
    for function, old, new in _CHANGES:
        _put(function, old, new)
    op.execute("DROP FUNCTION seats_hurdle(session, uuid, uuid)")
    # To plan it costs several times what it does for one person, and every plan of it goes by the same indexes.
    op.execute(f"ALTER FUNCTION {_ENROL} SET plan_cache_mode = force_generic_plan")


def downgrade() -> None:
    op.execute(f"ALTER FUNCTION {_ENROL} RESET plan_cache_mode")
    op.execute(_OLD)
    for function, old, new in _CHANGES:
        _put(function, new, old)
    op.execute("DROP FUNCTION seats_hurdle(uuid, uuid, uuid, timestamptz, timestamptz, uuid, uuid)")
