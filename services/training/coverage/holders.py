"""What coverage and signals stand on: who holds which role, what that needs, and who is trained. SQL, no query yet."""

from services.training.seat.states import HAD

# Who holds which role where, today, and who is trained; signals stand on it too. An appointment counts while its
# person still works at the unit.
PEOPLE = """
working AS (
    SELECT d.unit_id, d.role, d.person_id
    FROM duty d
    JOIN person p ON p.tenant_id = d.tenant_id AND p.id = d.person_id AND NOT p.ended
    JOIN unit u ON u.tenant_id = d.tenant_id AND u.id = d.unit_id AND NOT u.ended
    WHERE d.tenant_id = :tenant AND NOT d.ended
      AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)
),
holder AS (
    SELECT unit_id, role, person_id FROM working
    UNION
    SELECT a.unit_id, a.role, a.person_id FROM appointment a
    WHERE a.tenant_id = :tenant
      AND EXISTS (SELECT FROM working w WHERE w.unit_id = a.unit_id AND w.person_id = a.person_id)
),
required AS (
    SELECT c.id AS course_id, audience.role, NULL AS school_form
    FROM course c, unnest(c.audience) AS audience (role) WHERE c.tenant_id = :tenant AND NOT c.archived
    UNION
    SELECT m.course_id, k.role, k.school_form
    FROM curriculum k
    JOIN curriculum_module m ON m.tenant_id = k.tenant_id AND m.curriculum_id = k.id
    JOIN course c ON c.tenant_id = m.tenant_id AND c.id = m.course_id AND NOT c.archived
    WHERE k.tenant_id = :tenant AND NOT k.archived
),
-- Each course once for a role at a unit, however many curricula name it.
needed_at AS (
    SELECT DISTINCT u.id AS unit_id, r.role, r.course_id
    FROM unit u JOIN required r ON r.school_form IS NULL OR r.school_form = ANY (u.school_forms)
    WHERE u.tenant_id = :tenant AND NOT u.ended
)
"""
HOLDERS = f"""{PEOPLE},
needed_set AS (SELECT unit_id, role, array_agg(course_id) AS courses FROM needed_at GROUP BY unit_id, role),
-- What each person has had; a course twice does no harm, so that nothing is sorted.
attended AS (
    SELECT had.person_id, array_agg(had.course_id) AS courses FROM (
        SELECT e.person_id, s.course_id
        FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
        WHERE e.tenant_id = :tenant AND {HAD}
        UNION ALL
        SELECT c.person_id, c.course_id FROM completion c WHERE c.tenant_id = :tenant
    ) had GROUP BY had.person_id
),
status AS (
    SELECT h.unit_id, h.role, h.person_id, coalesce(n.courses <@ a.courses, false) AS trained
    FROM holder h
    LEFT JOIN needed_set n ON n.unit_id = h.unit_id AND n.role = h.role
    LEFT JOIN attended a ON a.person_id = h.person_id
)
"""
