"""Who was at the first dates of a course has a seat at the others: they hinder, can be given back, and end with it."""

from alembic import op

revision = "2026_11_22_2100"
down_revision = "2026_11_22_0900"
branch_labels = None
depends_on = None

_HURDLE = "seats_hurdle(uuid, uuid, uuid, timestamptz, timestamptz, uuid, uuid)"
_RELEASE = "seats_release(uuid, uuid, uuid[], timestamptz)"
_CANCEL_ALL = "seats_cancel_all(uuid, uuid, timestamptz)"
_BOOKED = "e.state IN ('confirmed', 'offered', 'waiting')"
_MID_COURSE = (
    "({booked} OR e.state IN ('attended', 'partial') AND EXISTS (SELECT FROM session_date d"
    " WHERE d.tenant_id = e.tenant_id AND d.session_id = e.session_id AND d.starts_at > {now}))"
)
_CHANGES = (
    (_HURDLE, f"OR {_BOOKED} AND", f"OR {_MID_COURSE.format(booked=_BOOKED, now='now()')} AND"),
    (_RELEASE, f"AND {_BOOKED}", f"AND {_MID_COURSE.format(booked=_BOOKED, now='p_now')}"),
    (_CANCEL_ALL, f"AND {_BOOKED}", "AND e.state <> 'cancelled'"),
)


def _put(function: str, old: str, new: str) -> None:
    definition = f"pg_get_functiondef('{function}'::regprocedure)"
    op.execute(f"DO $do$ BEGIN EXECUTE replace({definition}, $old${old}$old$, $new${new}$new$); END $do$")


def upgrade() -> None:
    for function, old, new in _CHANGES:
        _put(function, old, new)


def downgrade() -> None:
    for function, old, new in _CHANGES:
        _put(function, new, old)
