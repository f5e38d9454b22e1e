"""How a person is called: by name, or by an alias that tells nothing where the identity is protected."""

from uuid import UUID

ALIAS = "Skyddad {}"


def alias(person_id: UUID) -> str:
    """The alias of a protected person: the same everywhere and always, and made of the random end of the id."""
    return ALIAS.format(person_id.hex[-6:].upper())


def display_name(person_id: UUID, given: str | None, family: str | None, *, protected: bool) -> str:
    """The name to show. A person without any name is shown by alias too: better unknown than guessed."""
    name = " ".join(part for part in (given, family) if part)
    return alias(person_id) if protected or not name else name


def display_name_sql(row: str) -> str:
    """`display_name` as an expression over the person row `row`; a test holds the two together."""
    name = f"nullif(concat_ws(' ', {row}.given_name, {row}.family_name), '')"
    code = f"'Skyddad ' || upper(right(replace({row}.id::text, '-', ''), 6))"
    return f"CASE WHEN {row}.protected THEN {code} ELSE coalesce({name}, {code}) END"
