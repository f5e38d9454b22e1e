"""Identifiers, made by the service and never by a database default: known before the commit."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 section 5.7): ordered by time of creation, so that indexes grow at one end."""
    return uuid_utils.compat.uuid7()
