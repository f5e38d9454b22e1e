"""Where signals come from: parts of one statement, each named query a fact about people, sessions or units.

They stand on those of coverage (`services/training/coverage/holders.py`): who holds which role where today, which
courses that needs, and who is trained.
"""

from services.training.coverage.holders import HOLDERS
from services.training.seat.states import AHEAD, ATTENDING

# The access window opens this many days before a session's end; a day after the end there is an alert if nothing shows.
WINDOW_DAYS = 14
GRACE_DAYS = 3
RED_DAYS = 14
NEAR_DAYS = 28

# `held`: what became of each person's seats in sessions of a course that are over. `coming`: seats still to be used.
# `call`: the same for the roles that people hold today; a course counts where the role needs it there.
_CALLS = f"""
{HOLDERS},
-- Once each: folded into the joins below, they would be reckoned anew for every row of a bad guess.
standing AS MATERIALIZED (SELECT unit_id, role, person_id, trained FROM status {{scope}}),
held AS MATERIALIZED (
    SELECT e.person_id, s.course_id,
           bool_or(e.state IN ('attended', 'partial')) AS came, bool_or(e.state = 'no_show') AS stayed_away,
           max(s.ends_at) FILTER (WHERE e.state IN ('attended', 'partial')) AS ended_at,
           max((s.ends_at AT TIME ZONE s.zone)::date) FILTER (WHERE e.state IN ('attended', 'partial')) AS ended_on
    FROM session s JOIN enrolment e ON e.tenant_id = s.tenant_id AND e.session_id = s.id
        AND e.state IN ('confirmed', 'attended', 'partial', 'no_show')
    WHERE s.tenant_id = :tenant AND s.state <> 'cancelled' AND s.ends_at <= :now
    GROUP BY e.person_id, s.course_id
),
coming AS (
    SELECT DISTINCT e.person_id, s.course_id
    FROM session s JOIN enrolment e ON e.tenant_id = s.tenant_id AND e.session_id = s.id
    WHERE s.tenant_id = :tenant AND {AHEAD}
),
call AS MATERIALIZED (
    SELECT st.unit_id, st.role, st.person_id, h.course_id, h.came, h.stayed_away, h.ended_at, h.ended_on
    FROM held h
    JOIN standing st ON st.person_id = h.person_id
    JOIN needed_at n ON n.unit_id = st.unit_id AND n.role = st.role AND n.course_id = h.course_id
)
"""

CALLS = _CALLS.format(scope="")
CALLS_OF_UNITS = _CALLS.format(scope="WHERE CAST(:units AS uuid[]) IS NULL OR unit_id = ANY(:units)")

# Who came to a session, and whether the platform was seen to let them in since. What nothing newer than the session
# tells is unknown; a login that was seen in the window stays a fact, a shut account does not. A login through us stands
# in where the platform tells nothing: not where it shows no account or a shut one, nor an unused one on a later day.
ACCESS = f"""
arrived AS (
    SELECT unit_id, role, person_id, max(ended_at) AS ended_at, max(ended_on) AS ended_on
    FROM call WHERE came GROUP BY unit_id, role, person_id
),
shown AS (
    SELECT w.*, p.observed_at, p.is_whole, p.tells_login, a.id AS account, a.is_active, h.told_at,
           coalesce(a.is_active AND a.last_login_on >= w.ended_on - {WINDOW_DAYS}, false) AS came_there,
           coalesce(h.last_login_on >= w.ended_on - {WINDOW_DAYS}, false)
               AND NOT (a.id IS NULL AND coalesce(p.is_whole, false)) AND coalesce(a.is_active, true)
               AND NOT coalesce(a.id IS NOT NULL AND p.tells_login AND p.observed_at::date > h.last_login_on, false)
               AS came_here,
           h.last_login_on AS here_on, a.last_login_on AS there_on
    FROM arrived w
    LEFT JOIN platform_sight p ON p.tenant_id = :tenant
    LEFT JOIN platform_account a ON a.tenant_id = :tenant AND a.id = w.person_id
    LEFT JOIN platform_login h ON h.tenant_id = :tenant AND h.id = w.person_id
),
access AS (
    SELECT unit_id, role, person_id, ended_at, ended_on, came_here AND NOT came_there AS is_here,
        CASE WHEN came_here AND NOT came_there THEN told_at ELSE observed_at END AS observed_at,
        CASE WHEN came_here AND NOT came_there THEN here_on ELSE there_on END AS last_login_on, CASE
        WHEN came_there OR came_here THEN 'granted'
        WHEN ended_at > :now - interval '1 day' THEN 'pending'
        WHEN observed_at IS NULL OR observed_at < ended_at THEN 'unknown'
        WHEN account IS NULL AND is_whole OR NOT is_active OR tells_login AND account IS NOT NULL THEN 'missing'
        ELSE 'unknown' END AS state
    FROM shown
)
"""

# Key persons who lack a course that is taught and have no seat ahead in it; whose seat in it was lost, and no other
# came for it, was not given time.
_KEY_PERSONS = f"""
lost AS (
    SELECT person_id, course_id FROM (
        SELECT e.person_id, s.course_id, max(e.id::text) FILTER (WHERE e.state IN ('cancelled', 'no_show')) AS gone,
               max(e.id::text) FILTER (WHERE e.state IN {ATTENDING}) AS stands
        FROM (SELECT DISTINCT person_id FROM appointment WHERE tenant_id = :tenant AND role = 'key_person') a
        JOIN enrolment e ON e.tenant_id = :tenant AND e.person_id = a.person_id
        JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
        GROUP BY e.person_id, s.course_id
    ) seats WHERE gone > coalesce(stands, '')
),
live AS (
    SELECT u.id AS unit_id, w.goes_live_on
    FROM unit u
    LEFT JOIN wave_unit m ON m.tenant_id = u.tenant_id AND m.unit_id = u.id
    LEFT JOIN wave w ON w.tenant_id = m.tenant_id AND w.id = m.wave_id
    WHERE u.tenant_id = :tenant AND NOT u.ended
),
-- Joined, not asked for each key person: a subquery on the parts above would read them anew every time.
key_need AS (
    SELECT st.unit_id, st.person_id, count(*) FILTER (WHERE c.person_id IS NULL) AS lacking,
           count(l.person_id) FILTER (WHERE c.person_id IS NULL) AS lost
    FROM standing st
    JOIN needed_at n ON n.unit_id = st.unit_id AND n.role = st.role
    JOIN course t ON t.tenant_id = :tenant AND t.id = n.course_id AND t.mode <> 'self_study'
    LEFT JOIN attended a ON a.person_id = st.person_id
    LEFT JOIN coming c ON c.person_id = st.person_id AND c.course_id = n.course_id
    LEFT JOIN lost l ON l.person_id = st.person_id AND l.course_id = n.course_id
    WHERE st.role = 'key_person' AND NOT coalesce(n.course_id = ANY (a.courses), false)
    GROUP BY st.unit_id, st.person_id
),
key_person AS (
    SELECT st.unit_id, st.person_id, st.trained, coalesce(n.lacking, 0) > 0 AS unbooked,
           coalesce(n.lost, 0) > 0 AS lost_a_seat
    FROM standing st LEFT JOIN key_need n ON n.unit_id = st.unit_id AND n.person_id = st.person_id
    WHERE st.role = 'key_person'
),
key_unit AS (
    SELECT l.unit_id, l.goes_live_on, count(k.person_id) AS appointed, count(*) FILTER (WHERE k.trained) AS trained,
           count(*) FILTER (WHERE k.unbooked) AS unbooked,
           count(*) FILTER (WHERE k.unbooked AND (k.lost_a_seat OR l.goes_live_on <= :today + {NEAR_DAYS}))
               AS without_time
    FROM live l LEFT JOIN key_person k ON k.unit_id = l.unit_id
    GROUP BY l.unit_id, l.goes_live_on HAVING count(k.person_id) > 0 OR l.goes_live_on IS NOT NULL
),
key_sum AS (
    SELECT unit_id, goes_live_on, appointed, trained, unbooked, without_time, (trained = 0)::integer AS missing,
           (trained = 0 AND coalesce(goes_live_on <= :today + {RED_DAYS}, false))::integer AS red FROM key_unit
)
"""

# Whoever has hours of being free is free in them alone (`services/training/availability`).
_OVERLAPS = """
    (d.starts_at AT TIME ZONE a.zone)::date BETWEEN a.starts_on AND a.ends_on
    AND extract(isodow FROM d.starts_at AT TIME ZONE a.zone)::integer = ANY(a.weekdays)
    AND (a.from_time IS NULL OR a.from_time < (d.ends_at AT TIME ZONE a.zone)::time
         AND a.to_time > (d.starts_at AT TIME ZONE a.zone)::time)
"""
_HOLDS = """
    (d.starts_at AT TIME ZONE a.zone)::date BETWEEN a.starts_on AND a.ends_on
    AND extract(isodow FROM d.starts_at AT TIME ZONE a.zone)::integer = ANY(a.weekdays)
    AND (a.from_time IS NULL OR a.from_time <= (d.starts_at AT TIME ZONE a.zone)::time
         AND a.to_time >= (d.ends_at AT TIME ZONE a.zone)::time)
"""
_TRAINERS = f"""
named_trainer AS (
    SELECT s.id AS session_id, t.person_id, t.duty, p.id IS NOT NULL AND NOT EXISTS (
        SELECT FROM session_date d WHERE d.tenant_id = :tenant AND d.session_id = s.id AND (
            EXISTS (SELECT FROM availability a WHERE a.tenant_id = :tenant AND a.kind = 'busy'
                    AND (a.subject = 'everybody' OR a.subject = 'person' AND a.subject_id = t.person_id)
                    AND {_OVERLAPS})
            OR EXISTS (SELECT FROM availability a WHERE a.tenant_id = :tenant AND a.kind = 'free'
                       AND a.subject = 'person' AND a.subject_id = t.person_id)
               AND NOT EXISTS (SELECT FROM availability a WHERE a.tenant_id = :tenant AND a.kind = 'free'
                               AND a.subject = 'person' AND a.subject_id = t.person_id AND {_HOLDS})
        )) AS can
    FROM session s
    LEFT JOIN session_trainer t ON t.tenant_id = s.tenant_id AND t.session_id = s.id
    LEFT JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id AND NOT p.ended
    WHERE s.tenant_id = :tenant AND s.state = 'planned' AND s.starts_at > :now
),
coming_session AS (
    SELECT session_id, bool_or(duty = 'trainer' AND can) IS TRUE AS has_trainer,
           bool_or(duty = 'backup' AND can) IS TRUE AS has_backup,
           bool_or(duty = 'trainer' AND NOT can) IS TRUE AS lacks_one
    FROM named_trainer GROUP BY session_id
)
"""

# Seats that nobody may take any more do not help who waits.
_DEMAND = """
demand AS (
    SELECT s.course_id, sum(w.waiting) AS waiting, sum(f.free) AS free
    FROM session s,
         LATERAL (SELECT count(*) AS waiting FROM enrolment e
                  WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id AND e.state = 'waiting') w,
         LATERAL (SELECT count(*) AS free FROM free_seat f
                  WHERE f.tenant_id = s.tenant_id AND f.session_id = s.id) f
    WHERE s.tenant_id = :tenant AND s.state = 'planned' AND s.starts_at > :now
    GROUP BY s.course_id HAVING sum(w.waiting) > 0
)
"""

_MISSED = """
missed AS (
    SELECT c.unit_id, c.role, c.person_id FROM call c
    WHERE c.stayed_away AND NOT c.came
      AND NOT EXISTS (SELECT FROM coming l WHERE l.person_id = c.person_id AND l.course_id = c.course_id)
      AND NOT EXISTS (SELECT FROM completion d
                      WHERE d.tenant_id = :tenant AND d.person_id = c.person_id AND d.course_id = c.course_id)
)
"""

_MARKS = """
    jsonb_build_object('invited', count(*) FILTER (WHERE came OR stayed_away), 'attended', count(*) FILTER (WHERE came),
                       'no_show', count(*) FILTER (WHERE stayed_away AND NOT came),
                       'unmarked', count(*) FILTER (WHERE NOT came AND NOT stayed_away))
"""
_STATES = """
    jsonb_build_object('trained', count(*), 'granted', count(*) FILTER (WHERE state = 'granted'),
                       'granted_here', count(*) FILTER (WHERE state = 'granted' AND is_here),
                       'missing', count(*) FILTER (WHERE state = 'missing'),
                       'pending', count(*) FILTER (WHERE state = 'pending'),
                       'unknown', count(*) FILTER (WHERE state = 'unknown'))
"""

# Everybody counts once for the authority, however many units they work at.
FRESH = f"""
{CALLS}, {ACCESS}, {_KEY_PERSONS}, {_TRAINERS}, {_DEMAND}, {_MISSED},
fresh AS (
    SELECT 'attendance' AS kind, unit_id, role AS key, {_MARKS} AS value FROM call GROUP BY unit_id, role
    UNION ALL
    SELECT 'attendance', NULL, role, {_MARKS}
    FROM (SELECT DISTINCT role, person_id, course_id, came, stayed_away FROM call) each GROUP BY role
    UNION ALL
    SELECT 'missed', unit_id, role, jsonb_build_object('missed', count(DISTINCT person_id))
    FROM missed GROUP BY unit_id, role
    UNION ALL
    SELECT 'missed', NULL, role, jsonb_build_object('missed', count(DISTINCT person_id)) FROM missed GROUP BY role
    UNION ALL
    SELECT 'access', unit_id, role, {_STATES} FROM access GROUP BY unit_id, role
    UNION ALL
    SELECT 'access', NULL, role, {_STATES}
    FROM (SELECT DISTINCT ON (role, person_id) role, person_id, state, is_here FROM access
          ORDER BY role, person_id, ended_at DESC, state DESC) each GROUP BY role
    UNION ALL
    SELECT 'key_persons', unit_id, '', jsonb_build_object(
        'appointed', appointed, 'trained', trained, 'unbooked', unbooked, 'without_time', without_time,
        'units', 1, 'missing', missing, 'red', red, 'goes_live_on', goes_live_on) FROM key_sum
    UNION ALL
    SELECT 'key_persons', NULL, '', jsonb_build_object(
        'appointed', sum(appointed), 'trained', sum(trained), 'unbooked', sum(unbooked),
        'without_time', sum(without_time), 'units', count(*), 'missing', sum(missing), 'red', sum(red),
        'goes_live_on', NULL) FROM key_sum HAVING count(*) > 0
    UNION ALL
    SELECT 'trainer_capacity', NULL, '', jsonb_build_object(
        'sessions', count(*), 'without_trainer', count(*) FILTER (WHERE NOT has_trainer),
        'unavailable', count(*) FILTER (WHERE lacks_one),
        'without_backup', count(*) FILTER (WHERE has_trainer AND NOT has_backup))
    FROM coming_session HAVING count(*) > 0
    UNION ALL
    SELECT 'course_demand', NULL, course_id::text, jsonb_build_object('waiting', waiting, 'free', free) FROM demand
)
"""
