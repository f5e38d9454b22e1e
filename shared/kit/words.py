"""Vocabularies that are looked up at every request."""

from enum import StrEnum


class Word(StrEnum):
    """A `StrEnum` that hashes as the text that it equals: in C, where an enum's own way is a call in Python.

    Besides, a member is then found among plain texts, and a plain text among members.
    """

    __hash__ = str.__hash__
