"""People with addresses, and the words that they get."""

from tests.training.invitation.conftest import office

__all__ = ["office"]
