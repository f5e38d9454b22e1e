"""A person's NameID as one string, for the session to keep sealed and to be found by when the provider logs out.

The qualifiers are part of the name: a provider that gave some must get them back (SAML core section 3.3.4).
"""

import orjson

from services.identity.saml.name_id import NameId


def write_subject(name_id: NameId) -> str:
    """The same string for the same name."""
    parts = [name_id.value, name_id.format, name_id.name_qualifier, name_id.sp_name_qualifier]
    return orjson.dumps(parts).decode()


def read_subject(subject: str) -> NameId:
    """The name that `write_subject` wrote."""
    return NameId(*orjson.loads(subject))
