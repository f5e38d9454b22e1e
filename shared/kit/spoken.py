"""Codes with the words in which people are told of them."""

from enum import StrEnum
from typing import Self

from shared.kit.text import Text


class SpokenCode(StrEnum):
    """A vocabulary without members, to be derived from: `name = ("name", sv, en, da)`. The code goes to logs, events
    and the API, `words` to people."""

    words: Text

    def __new__(cls, value: str, sv: str = "", en: str = "", da: str | None = None) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = Text(sv=sv, en=en, da=da)
        return member
