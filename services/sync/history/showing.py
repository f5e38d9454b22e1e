"""What of a past row may be seen today."""

from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from services.sync.history.schemas import Difference, PastRow
from services.sync.history.service import Changed, Past
from services.sync.roster.alias import display_name

_SECRET = frozenset({"civic_hash", "civic_cipher", "login_digest", "login_scope", "external_digests", "about_id"})


def show_past(row: Past) -> PastRow:
    """A row as it was. The person's own row of a protected one shows nothing but the alias."""
    is_hidden = row.kind == "person" and (row.mark.protected or bool(row.values.get("protected")))
    return PastRow(
        kind=row.kind,
        id=row.id,
        version=row.version,
        label=_label(row.kind, row.id, row.values, is_hidden=is_hidden),
        is_protected=row.mark.protected or is_hidden,
        values={} if is_hidden else _shown(row.values) or {},
    )


def show_difference(row: Changed) -> Difference:
    """A difference; of a person who is protected, on either side or today, without values."""
    sides = [side for side in (row.before, row.after) if side is not None]
    is_hidden = row.kind == "person" and (row.mark.protected or any(side.get("protected") for side in sides))
    return Difference(
        kind=row.kind,
        id=row.id,
        op=row.op,
        label=_label(row.kind, row.id, row.row, is_hidden=is_hidden),
        is_protected=row.mark.protected or is_hidden,
        before=None if is_hidden else _shown(row.before),
        after=None if is_hidden else _shown(row.after),
    )


def _label(kind: str, row_id: UUID, values: dict[str, Any], *, is_hidden: bool) -> str | None:
    if kind != "person":
        return values.get("name")
    if not is_hidden and not (values.get("given_name") or values.get("family_name")):
        return None
    return display_name(row_id, values.get("given_name"), values.get("family_name"), protected=is_hidden)


def _shown(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {to_camel(name): value for name, value in values.items() if name not in _SECRET}
