"""The fixture `programme` for the tests below."""

from tests.projects.programme.support import programme

__all__ = ["programme"]
