"""What a seat comes to, said once for every statement: SQL about `e`, an enrolment, and `s`, its session, at `:now`."""

ATTENDING = ("confirmed", "offered", "attended", "partial")
"""Who has a seat of their own: whoever attended the first of several dates has the others before them."""

BOOKED = f"e.state IN {(*ATTENDING, 'waiting')}"
"""Has a seat, or waits for one."""

AHEAD = f"e.state IN {ATTENDING} AND s.state = 'planned' AND s.ends_at > :now"
"""Has a seat in a session that is not over."""

HAD = """e.state = 'attended' AND s.state <> 'cancelled' AND NOT EXISTS (
    SELECT FROM session_date later
    WHERE later.tenant_id = s.tenant_id AND later.session_id = s.id AND later.starts_at > :now)"""
"""Has had the course: no date of it is still to come."""
