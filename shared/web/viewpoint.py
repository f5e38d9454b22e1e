"""Whether this request looks back, and what it then answers to whoever would change what they see."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from shared.kit import clock
from shared.kit.text import Lang, Text

_REFUSED = Text(
    sv="Ett tidigare läge kan inte ändras; läs utan asOf för att ändra",
    da="En tidligere tilstand kan ikke ændres; læs uden asOf for at ændre",
    en="A past state cannot be changed; read without asOf to make changes",
)
_refusal: ContextVar[str | None] = ContextVar("startklar_past_refusal", default=None)


@contextmanager
def reading_at(at: datetime, lang: Lang) -> Iterator[None]:
    """Everything read in this block is as it was at `at`, and offers no action."""
    token = _refusal.set(_REFUSED.pick(lang))
    try:
        with clock.looking_back(at):
            yield
    finally:
        _refusal.reset(token)


def past_refusal() -> str | None:
    """Why nothing that this request shows can be changed; None where it shows the present."""
    return _refusal.get()
