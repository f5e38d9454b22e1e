"""The three answers of a poll (AU-M)."""

from enum import StrEnum


class Choice(StrEnum):
    yes = "yes"
    no = "no"
    dont_know = "dont_know"
