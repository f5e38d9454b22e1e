"""Single rows and cells, and what they refer to."""

from services.sync.rules.rule import Mender, Rule, error, info, warning
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "wrong_column_count": error(
        Mender.it,
        Text(
            sv="Raden har fel antal kolumner",
            en="The row has the wrong number of columns",
            da="Rækken har et forkert antal kolonner",
        ),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "value_missing": error(
        Mender.school,
        Text(
            sv="En uppgift som krävs saknas", en="A required value is missing", da="En oplysning, der kræves, mangler"
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "value_too_long": error(
        Mender.register_admin,
        Text(
            sv="Värdet är längre än 200 tecken",
            en="The value is longer than 200 characters",
            da="Værdien er længere end 200 tegn",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "value_unknown": warning(
        Mender.it,
        Text(
            sv="Värdet finns inte i mappningen",
            en="The mapping does not know the value",
            da="Værdien findes ikke i mappingen",
        ),
        Text(sv="Lägg till värdet i mappningen", en="Add the value to the mapping", da="Tilføj værdien i mappingen"),
    ),
    "value_malformed": warning(
        Mender.register_admin,
        Text(
            sv="Värdet har fel form och lästes som tomt",
            en="The value is malformed and was read as empty",
            da="Værdien har forkert form og blev læst som tom",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "duplicate_row": warning(
        Mender.register_admin,
        Text(sv="Raden finns två gånger", en="The row is there twice", da="Rækken findes to gange"),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "conflicting_rows": error(
        Mender.register_admin,
        Text(
            sv="Samma id finns med olika uppgifter; den första raden gäller",
            en="The same id is there with different values; the first row counts",
            da="Samme id findes med forskellige oplysninger; den første række gælder",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "orphan_person": error(
        Mender.register_admin,
        Text(
            sv="Raden pekar på en person som inte finns",
            en="The row points at an unknown person",
            da="Rækken peger på en ukendt person",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "orphan_unit": error(
        Mender.register_admin,
        Text(
            sv="Raden pekar på en enhet som inte finns",
            en="The row points at an unknown unit",
            da="Rækken peger på en ukendt enhed",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "orphan_activity": error(
        Mender.school,
        Text(
            sv="Raden pekar på en aktivitet som inte finns",
            en="The row points at an unknown activity",
            da="Rækken peger på en ukendt aktivitet",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "absence_too_few": info(
        Mender.it,
        Text(
            sv="Frånvaron gäller färre än fem elever och räknas inte",
            en="The absence is that of fewer than five pupils and is not counted",
            da="Fraværet gælder færre end fem elever og tælles ikke med",
        ),
        Text(
            sv="Summera per enhet i stället för per grupp",
            en="Add it up per unit instead of per group",
            da="Læg det sammen pr. enhed i stedet for pr. gruppe",
        ),
    ),
    "orphan_group": error(
        Mender.school,
        Text(
            sv="Raden pekar på en grupp som inte finns",
            en="The row points at an unknown group",
            da="Rækken peger på en ukendt gruppe",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "school_form_unknown": warning(
        Mender.school,
        Text(
            sv="Skolformen går inte att avgöra", en="The school form cannot be told", da="Skoleformen kan ikke afgøres"
        ),
        Text(sv="Ta med skolformen", en="Include the school form", da="Tag skoleformen med"),
    ),
}
