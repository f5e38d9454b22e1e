"""What can be wrong with a row that shall leave, or is to be known of the package, in words."""

from dataclasses import dataclass

from shared.kit.text import Text


@dataclass(frozen=True)
class OutRule:
    """What is wrong, and what to do about it."""

    message: Text
    mend: Text


_REGISTER = Text(
    sv="Rätta uppgiften i registret, hämta det på nytt och producera igen",
    en="Correct it in the register, bring it in anew and produce again",
    da="Ret oplysningen i registret, hent det igen og producér på ny",
)
_TEMPLATE = Text(
    sv="Rätta i registret, eller ändra vad mallen kräver av kolumnen",
    en="Correct it in the register, or change what the template demands of the column",
    da="Ret det i registret, eller ændr hvad skabelonen kræver af kolonnen",
)

RULES: dict[str, OutRule] = {
    "value_missing": OutRule(
        Text(
            sv="Plattformen kräver uppgiften och den saknas",
            en="The platform requires the value and it is missing",
            da="Platformen kræver oplysningen, og den mangler",
        ),
        _REGISTER,
    ),
    "value_too_long": OutRule(
        Text(
            sv="Uppgiften är längre än plattformen tar emot",
            en="The value is longer than the platform takes",
            da="Oplysningen er længere, end platformen tager imod",
        ),
        _TEMPLATE,
    ),
    "value_malformed": OutRule(
        Text(
            sv="Uppgiften har inte den form som kolumnen kräver",
            en="The value does not have the form that the column demands",
            da="Oplysningen har ikke den form, som kolonnen kræver",
        ),
        _TEMPLATE,
    ),
    "formula": OutRule(
        Text(
            sv="Uppgiften börjar som en formel och skulle kunna köras i ett kalkylblad",
            en="The value begins like a formula and could be run by a spreadsheet",
            da="Oplysningen begynder som en formel og kunne køres i et regneark",
        ),
        _REGISTER,
    ),
    "not_in_encoding": OutRule(
        Text(
            sv="Uppgiften har tecken som filens teckenkodning saknar",
            en="The value has characters that the encoding of the file lacks",
            da="Oplysningen har tegn, som filens tegnsæt mangler",
        ),
        Text(
            sv="Välj en teckenkodning med alla tecken (utf-8) i mallen",
            en="Choose an encoding with all characters (utf-8) in the template",
            da="Vælg et tegnsæt med alle tegn (utf-8) i skabelonen",
        ),
    ),
    "key_twice": OutRule(
        Text(
            sv="Två rader har samma nyckel",
            en="Two rows have the same key",
            da="To rækker har samme nøgle",
        ),
        Text(
            sv="Lägg till en kolumn i nyckeln så att varje rad är unik",
            en="Add a column to the key, so that each row is unique",
            da="Føj en kolonne til nøglen, så hver række er unik",
        ),
    ),
    "told_whole": OutRule(
        Text(
            sv="Det går inte att säga vad plattformen har (rader avvisades, underlaget är raderat eller nyckeln "
            "ändrad), så leveransen blev en totalfil",
            en="Nobody can tell what the platform has (rows were rejected, the record of them was erased, or the key "
            "was changed), so the package holds everything",
            da="Ingen kan sige, hvad platformen har (rækker blev afvist, grundlaget er slettet, eller nøglen er "
            "ændret), så leverancen blev en totalfil",
        ),
        Text(
            sv="Läs in den som totalfil; efter en som plattformen tog hel blir det delta igen",
            en="Import it as a total; after one that the platform took whole, deltas are made again",
            da="Indlæs den som totalfil; efter en, som platformen tog hel, laves delta igen",
        ),
    ),
}
