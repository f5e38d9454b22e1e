"""What pydantic says about a wrong value, in our languages; what is not in the table stays in English."""

from collections.abc import Mapping
from typing import Any

from shared.kit.text import Text

_TEXTS: dict[str, Text] = {
    "missing": Text(sv="Uppgiften krävs", en="This is required", da="Oplysningen kræves"),
    "extra_forbidden": Text(
        sv="Okänd uppgift; rätta stavningen eller ta bort den",
        en="Unknown field; mend its spelling or remove it",
        da="Ukendt felt; ret stavningen eller fjern det",
    ),
    "string_type": Text(sv="Ska vara en text", en="Must be a text", da="Skal være en tekst"),
    "string_too_short": Text(
        sv="Minst {min_length} tecken", en="At least {min_length} characters", da="Mindst {min_length} tegn"
    ),
    "string_too_long": Text(
        sv="Högst {max_length} tecken", en="At most {max_length} characters", da="Højst {max_length} tegn"
    ),
    "string_pattern_mismatch": Text(
        sv="Ska följa mönstret {pattern}", en="Must match the pattern {pattern}", da="Skal følge mønsteret {pattern}"
    ),
    "int_type": Text(sv="Ska vara ett heltal", en="Must be a whole number", da="Skal være et heltal"),
    "int_parsing": Text(sv="Ska vara ett heltal", en="Must be a whole number", da="Skal være et heltal"),
    "bool_type": Text(sv="Ska vara true eller false", en="Must be true or false", da="Skal være true eller false"),
    "bool_parsing": Text(sv="Ska vara true eller false", en="Must be true or false", da="Skal være true eller false"),
    "list_type": Text(sv="Ska vara en lista", en="Must be a list", da="Skal være en liste"),
    "dict_type": Text(sv="Ska vara ett objekt", en="Must be an object", da="Skal være et objekt"),
    "model_attributes_type": Text(sv="Ska vara ett objekt", en="Must be an object", da="Skal være et objekt"),
    "too_short": Text(
        sv="Minst {min_length} poster", en="At least {min_length} items", da="Mindst {min_length} poster"
    ),
    "too_long": Text(sv="Högst {max_length} poster", en="At most {max_length} items", da="Højst {max_length} poster"),
    "greater_than_equal": Text(sv="Minst {ge}", en="At least {ge}", da="Mindst {ge}"),
    "less_than_equal": Text(sv="Högst {le}", en="At most {le}", da="Højst {le}"),
    "literal_error": Text(sv="Ett av {expected}", en="One of {expected}", da="En af {expected}"),
    "enum": Text(sv="Ett av {expected}", en="One of {expected}", da="En af {expected}"),
    "uuid_type": Text(sv="Ska vara ett UUID", en="Must be a UUID", da="Skal være et UUID"),
    "uuid_parsing": Text(sv="Ska vara ett UUID", en="Must be a UUID", da="Skal være et UUID"),
    "date_from_datetime_parsing": Text(
        sv="Datum på formen 2026-08-17", en="A date such as 2026-08-17", da="Dato på formen 2026-08-17"
    ),
    "datetime_from_date_parsing": Text(
        sv="Tidpunkt på formen 2026-08-17T09:00:00+02:00",
        en="An instant such as 2026-08-17T09:00:00+02:00",
        da="Tidspunkt på formen 2026-08-17T09:00:00+02:00",
    ),
    "timezone_aware": Text(
        sv="Tidpunkten behöver en tidszon, till exempel Z eller +02:00",
        en="The instant needs an offset, such as Z or +02:00",
        da="Tidspunktet skal have en tidszone, for eksempel Z eller +02:00",
    ),
}


def validation_text(kind: str, context: Mapping[str, Any], english: str) -> Text | str:
    """The text of pydantic's error `kind` with its limits filled in; `english` where we have none."""
    text = _TEXTS.get(kind)
    if text is None:
        return english
    try:
        return text.format(**context)
    except (KeyError, IndexError, ValueError):
        return english
