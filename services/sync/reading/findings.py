"""What can be wrong with a delivery: one record per place, one text per rule. A finding never repeats the value."""

from dataclasses import dataclass
from enum import StrEnum

from shared.kit.text import Text


class Severity(StrEnum):
    """`fatal`: no plan. `error`: the row is left out. `warning`: read, but look. `info`: good to know."""

    fatal = "fatal"
    error = "error"
    warning = "warning"
    info = "info"


@dataclass(frozen=True)
class Finding:
    """One thing found. `line` counts from 1 with the header as line 1; `column` as the file spells it."""

    rule: str
    file: str = ""
    line: int | None = None
    column: str | None = None


class Fatal(Exception):
    """The delivery cannot be read at all."""

    def __init__(self, rule: str, file: str = "", *, line: int | None = None, column: str | None = None) -> None:
        super().__init__(rule)
        self.finding = Finding(rule, file, line, column)


@dataclass(frozen=True)
class Rule:
    """What a finding means and how to mend it."""

    severity: Severity
    message: Text
    mend: Text


def severity_of(rule: str) -> Severity:
    return RULES[rule].severity


def _fatal(sv: str, en: str, mend_sv: str, mend_en: str) -> Rule:
    return Rule(Severity.fatal, Text(sv=sv, en=en), Text(sv=mend_sv, en=mend_en))


def _error(sv: str, en: str, mend_sv: str, mend_en: str) -> Rule:
    return Rule(Severity.error, Text(sv=sv, en=en), Text(sv=mend_sv, en=mend_en))


def _warning(sv: str, en: str, mend_sv: str, mend_en: str) -> Rule:
    return Rule(Severity.warning, Text(sv=sv, en=en), Text(sv=mend_sv, en=mend_en))


def _info(sv: str, en: str, mend_sv: str, mend_en: str) -> Rule:
    return Rule(Severity.info, Text(sv=sv, en=en), Text(sv=mend_sv, en=mend_en))


_IN_REGISTER = ("Rätta uppgiften i registret", "Correct it in the register")
_AGAIN = ("Gör om exporten och ladda upp hela filen igen", "Export again and upload the whole file")

RULES: dict[str, Rule] = {
    # The delivery as a whole
    "broken_zip": _fatal("Zipfilen är trasig", "The zip file is broken", *_AGAIN),
    "zip_bomb": _fatal(
        "Zipfilen packas upp till mer än vad som är tillåtet",
        "The zip file expands to more than is allowed",
        "Dela upp leveransen eller ta bort det som inte hör dit",
        "Split the delivery or remove what does not belong in it",
    ),
    "unsafe_path": _fatal(
        "Zipfilen innehåller mappar eller sökvägar",
        "The zip file contains folders or paths",
        "Lägg filerna direkt i zipfilen, utan mappar",
        "Put the files directly into the zip file, without folders",
    ),
    "encrypted_zip": _fatal(
        "Zipfilen är lösenordsskyddad",
        "The zip file is protected by a password",
        "Packa utan lösenord; överföringen och lagringen är krypterade",
        "Pack it without a password; transfer and storage are encrypted",
    ),
    "unsupported_zip": _fatal(
        "Zipfilen är packad på ett sätt som inte stöds",
        "The zip file is packed in a way that is not supported",
        "Packa med vanlig zip (deflate)",
        "Pack with ordinary zip (deflate)",
    ),
    "too_large": _fatal(
        "Leveransen ryms inte inom läsarens minne",
        "The delivery does not fit the reader's memory",
        "Dela upp leveransen",
        "Split the delivery",
    ),
    "reader_died": _fatal(
        "Läsningen avbröts",
        "Reading was cut short",
        "Försök igen; kontakta annars support",
        "Try again, else ask support",
    ),
    "file_missing": _fatal(
        "En fil som mappningen kräver saknas", "A file that the mapping requires is missing", *_AGAIN
    ),
    "column_missing": _fatal(
        "En kolumn som mappningen kräver saknas",
        "A column that the mapping requires is missing",
        "Ta med kolumnen i exporten eller ändra mappningen",
        "Include the column in the export or change the mapping",
    ),
    "not_a_table": _fatal(
        "Filen är inte text med rader och kolumner",
        "The file is not text with rows and columns",
        "Exportera som CSV",
        "Export as CSV",
    ),
    "manifest_wrong": _fatal(
        "manifest.csv saknas eller anger inte OneRoster 1.2",
        "manifest.csv is missing or does not say OneRoster 1.2",
        "Exportera som OneRoster 1.2 CSV",
        "Export as OneRoster 1.2 CSV",
    ),
    "delta_not_supported": _fatal(
        "Paketet innehåller bara ändringar (delta)",
        "The package holds changes only (delta)",
        "Exportera totalfiler (bulk)",
        "Export full files (bulk)",
    ),
    # Completeness
    "truncated_file": _error("Filen är avklippt", "The file was cut off", *_AGAIN),
    "trailer_missing": _error("Slutraden saknas", "The trailer row is missing", *_AGAIN),
    "trailer_count": _error(
        "Slutradens antal stämmer inte med raderna", "The trailer's count does not match the rows", *_AGAIN
    ),
    "empty_file": _error("Filen har inga rader", "The file has no rows", *_AGAIN),
    "unreadable_rest": _error(
        "Resten av filen går inte att läsa, oftast ett citattecken som inte stängs",
        "The rest of the file cannot be read, mostly a quotation mark that is not closed",
        *_AGAIN,
    ),
    "optional_file_missing": _info(
        "En fil som mappningen känner till finns inte med",
        "A file that the mapping knows is not there",
        "Inget avslutas för det som filen skulle ha innehållit",
        "Nothing is ended of what the file would have held",
    ),
    "optional_column_missing": _info(
        "En kolumn som mappningen känner till finns inte med",
        "A column that the mapping knows is not there",
        "Uppgiften behålls som den är",
        "What is known is kept as it is",
    ),
    # Encoding
    "byte_order_mark": _info(
        "Filen börjar med ett BOM", "The file begins with a byte order mark", "Inget behöver göras", "Nothing to do"
    ),
    "not_utf8": _warning(
        "Filen är inte UTF-8 utan lästes som Windows-1252",
        "The file is not UTF-8 and was read as Windows-1252",
        "Exportera som UTF-8, annars går tecken som č och ŋ förlorade",
        "Export as UTF-8, otherwise letters such as č and ŋ are lost",
    ),
    "lost_characters": _warning(
        "Tecken har blivit frågetecken i exporten",
        "Letters have become question marks in the export",
        "Exportera som UTF-8",
        "Export as UTF-8",
    ),
    # Rows and cells
    "wrong_column_count": _error("Raden har fel antal kolumner", "The row has the wrong number of columns", *_AGAIN),
    "value_missing": _error("En uppgift som krävs saknas", "A required value is missing", *_IN_REGISTER),
    "value_too_long": _error(
        "Värdet är längre än 200 tecken", "The value is longer than 200 characters", *_IN_REGISTER
    ),
    "value_unknown": _warning(
        "Värdet finns inte i mappningen",
        "The mapping does not know the value",
        "Lägg till värdet i mappningen",
        "Add the value to the mapping",
    ),
    "value_malformed": _warning(
        "Värdet har fel form och lästes som tomt", "The value is malformed and was read as empty", *_IN_REGISTER
    ),
    "duplicate_row": _warning("Raden finns två gånger", "The row is there twice", *_IN_REGISTER),
    "conflicting_rows": _error(
        "Samma id finns med olika uppgifter; den första raden gäller",
        "The same id is there with different values; the first row counts",
        *_IN_REGISTER,
    ),
    "id_is_national_number": _warning(
        "Registrets id är ett personnummer och sparas bara som hashvärde",
        "The register's id is a national number and is only kept as a hash",
        "Exportera ett internt id i stället",
        "Export an internal id instead",
    ),
    # National numbers: the person is kept
    "civic_malformed": _warning("Personnumret har fel form", "The national number is malformed", *_IN_REGISTER),
    "civic_date": _warning(
        "Personnumret har ett omöjligt datum", "The national number has no real date", *_IN_REGISTER
    ),
    "civic_check_digit": _warning(
        "Personnumrets kontrollsiffra stämmer inte", "The national number's check digit is wrong", *_IN_REGISTER
    ),
    "civic_interim": _info(
        "Tillfälligt nummer (T-nummer eller liknande)",
        "An interim number (T number or similar)",
        "Byt till personnummer när det finns",
        "Change to a national number when there is one",
    ),
    "civic_spreadsheet": _warning(
        "Ett kalkylprogram har gjort om personnumret till ett flyttal",
        "A spreadsheet has turned the national number into a floating-point number",
        "Exportera direkt ur registret, inte via ett kalkylprogram",
        "Export straight from the register, not through a spreadsheet",
    ),
    "civic_changed": _warning(
        "Personens personnummer har ändrats",
        "The person's national number has changed",
        "Kontrollera att det är samma person",
        "Check that it is the same person",
    ),
    "same_person_twice": _error(
        "Två id har samma personnummer",
        "Two ids have the same national number",
        "Slå ihop posterna i registret",
        "Merge the records in the register",
    ),
    # Identity
    "login_taken": _error(
        "Två personer har samma inloggning; den andra får ingen",
        "Two persons have the same login name; the second gets none",
        *_IN_REGISTER,
    ),
    "login_foreign": _warning(
        "Inloggningens domän är inte verifierad för organisationen; ingen kan logga in med den",
        "The login's domain is not verified for the organisation; nobody can log in by it",
        "Rätta inloggningen i registret, eller verifiera domänen under inloggningsdomäner (login-scopes)",
        "Correct the login in the register, or verify the domain among the login scopes",
    ),
    "identity_conflict": _error(
        "Uppgifterna pekar på två olika personer",
        "The values point at two different persons",
        "Avgör i registret vilken person det är",
        "Settle in the register which person it is",
    ),
    "identity_moved": _warning(
        "En känd person har fått ett nytt id i registret",
        "A known person has got a new id in the register",
        "Kontrollera att det är samma person",
        "Check that it is the same person",
    ),
    "id_reused": _error(
        "Ett id verkar ha getts till en annan person; personen lämnas orörd",
        "An id seems to have been given to another person; the person is left untouched",
        "Ge den nya personen ett eget id i registret",
        "Give the new person an id of its own in the register",
    ),
    "marking_unknown": _error(
        "Leveransen anger inte skyddad identitet; nya personer räknas som skyddade",
        "The delivery does not tell protected identity; new persons count as protected",
        "Ta med markeringen, eller ange absentMarking: filtered om källan utelämnar skyddade personer",
        "Include the marking, or say absentMarking: filtered where the source leaves protected persons out",
    ),
    # References
    "orphan_person": _error(
        "Raden pekar på en person som inte finns", "The row points at an unknown person", *_IN_REGISTER
    ),
    "orphan_unit": _error("Raden pekar på en enhet som inte finns", "The row points at an unknown unit", *_IN_REGISTER),
    "orphan_group": _error(
        "Raden pekar på en grupp som inte finns", "The row points at an unknown group", *_IN_REGISTER
    ),
    "school_form_unknown": _warning(
        "Skolformen går inte att avgöra",
        "The school form cannot be told",
        "Ta med skolformen",
        "Include the school form",
    ),
}
