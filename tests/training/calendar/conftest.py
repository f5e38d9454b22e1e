"""People with addresses, seats and calendars."""

from tests.training.invitation.conftest import office

__all__ = ["office"]
