"""The texts of findings: what is wrong with a place in a file, and how to mend it."""

from dataclasses import dataclass
from typing import Literal

from shared.kit.text import Text


@dataclass(frozen=True)
class Remark:
    """`error`: this place, or its row, is left out. `warning`: read, but look at it. `info`: worth knowing."""

    level: Literal["error", "warning", "info"]
    problem: Text
    mend: Text


def _error(sv: str, en: str, mend_sv: str, mend_en: str) -> Remark:
    return Remark("error", Text(sv=sv, en=en), Text(sv=mend_sv, en=mend_en))


def _warning(sv: str, en: str, mend_sv: str, mend_en: str) -> Remark:
    return Remark("warning", Text(sv=sv, en=en), Text(sv=mend_sv, en=mend_en))


def _info(sv: str, en: str, mend_sv: str, mend_en: str) -> Remark:
    return Remark("info", Text(sv=sv, en=en), Text(sv=mend_sv, en=mend_en))


_DATE_FORMS = (
    "Skriv till exempel 2027-03-15, 15.3.2027, v. 12 2027 eller mars 2027",
    "Write for example 2027-03-15, 15.3.2027, week 12 2027 or March 2027",
)

REMARKS: dict[str, Remark] = {
    # Dates
    "date_unreadable": _error("”{value}” är inget datum som går att läsa", "“{value}” is no date that can be read",
                              *_DATE_FORMS),
    "date_no_such_day": _error("Dagen finns inte: {value}", "There is no such day: {value}",
                               "Månaden har {last} dagar", "The month has {last} days"),
    "date_no_year": _error("Året saknas: {value}", "The year is missing: {value}",
                           "Skriv året med fyra siffror", "Write the year with four digits"),
    "date_out_of_range": _error("{value} ligger utanför 2000 till 2100", "{value} lies outside 2000 to 2100",
                                "Rätta året; tal före 1 mars 1900 är dessutom en dag fel i Excel",
                                "Mend the year; numbers before 1 March 1900 are a day off in Excel besides"),
    "date_serial": _info("Talet {value} lästes som {day}", "The number {value} was read as {day}",
                         "Formatera cellen som datum om det var ett annat", "Format the cell as a date if not meant"),
    "date_order_guessed": _warning("{value} lästes som dag/månad: {day}", "{value} was read as day/month: {day}",
                                   "Skriv {day} om det stämmer", "Write {day} if that is right"),
    "date_month_first": _info("{value} lästes som månad/dag: {day}", "{value} was read as month/day: {day}",
                              "Så skriver Asana datum", "That is how Asana writes dates"),
    "dates_backwards": _error("Slutet {value} ligger före starten", "The end {value} lies before the start",
                              "Byt plats på dem", "Swap them"),
    "made_exact": _info("Dagarna är inga hela perioder av radens noggrannhet; de lästes som exakta dagar",
                        "The days are no whole periods of the row's precision; they were read as exact days",
                        "Välj noggrannhet om en hel månad avses", "Choose a precision if a whole month is meant"),
    # Cells
    "word_unknown": _error("”{value}” är inget av orden", "“{value}” is none of the words",
                           "Välj ett av: {choices}", "Choose one of: {choices}"),
    "phase_unknown": _error("Projektet har ingen fas ”{value}”", "The project has no phase “{value}”",
                            "Faserna är: {choices}. För Asanas avsnitt: ange vilken fas de hör till",
                            "The phases are: {choices}. For sections of Asana: say to which phase they belong"),
    "track_unknown": _error("Projektet har inget delprojekt ”{value}”", "The project has no track “{value}”",
                            "Delprojekten är: {choices}", "The tracks are: {choices}"),
    "unit_unknown": _error("Enheten {value} finns inte", "There is no unit {value}",
                           "Lägg till enheten i registret först, eller ta bort raden",
                           "Add the unit to the register first, or remove the row"),
    "role_unknown": _error("Projektet har ingen roll ”{value}”", "The project has no role “{value}”",
                           "Rollerna är: {choices}", "The roles are: {choices}"),
    "number_unreadable": _error("”{value}” är inget heltal", "“{value}” is no whole number",
                                "Skriv ett heltal eller töm cellen", "Write a whole number, or empty the cell"),
    "hours_unreadable": _error("”{value}” är inget antal timmar", "“{value}” is no number of hours",
                               "Skriv till exempel 7,5; en tom cell betyder okänt",
                               "Write for example 7.5; an empty cell means unknown"),
    "formula_without_value": _error("Formeln har inget beräknat värde", "The formula has no computed value",
                                    "Öppna och spara filen i Excel eller LibreOffice, eller skriv värdet",
                                    "Open and save the file in Excel or LibreOffice, or write the value"),
    "cell_is_error": _error("Cellen visar ett fel: {value}", "The cell shows an error: {value}",
                            "Rätta formeln eller skriv värdet", "Mend the formula, or write the value"),
    "merged_cells": _warning("Sammanfogade celler {value}: bara den första har ett värde",
                             "Merged cells {value}: only the first has a value",
                             "Dela upp cellerna; de övriga lämnades orörda",
                             "Unmerge the cells; the others were left alone"),
    "text_shortened": _error("Texten är längre än {most} tecken", "The text is longer than {most} characters",
                             "Korta den", "Shorten it"),
    "title_missing": _error("Raden saknar rubrik", "The row has no title", "Fyll i rubriken", "Fill in the title"),
    # Rows
    "row_unknown": _error("Planen har ingen rad med det id:t", "The plan has no row with that id",
                          "Raden kan ha tagits bort. Töm den dolda id-kolumnen för att lägga till den som ny",
                          "It may have been removed. Empty the hidden id column to add it as a new row"),
    "changed_since": _error("Raden ändrades i planen efter att filen gjordes; den skrivs inte över",
                            "The row was changed in the plan after the file was made; it is not overwritten",
                            "Hämta en ny fil och gör ändringen där", "Fetch a new file and make the change there"),
    "said_twice": _error("Två rader i filen säger olika om samma aktivitet",
                         "Two rows of the file say different things about one activity",
                         "Behåll den ena", "Keep one of them"),
    "row_twice": _warning("Raden står två gånger i filen; den andra lästes inte",
                          "The row stands twice in the file; the second was not read",
                          "Ta bort den ena", "Remove one of them"),
    "unit_row_new": _error("En rad per enhet kan inte läggas till från en fil",
                           "A row per unit cannot be added from a file",
                           "Lägg till enheten på huvudraden i planen", "Add the unit to the main row in the plan"),
    "columns_unknown": _info("Kolumner som inte lästes: {value}", "Columns that were not read: {value}",
                             "Inget behöver göras", "Nothing needs doing"),
    "columns_missing": _error("Ingen rubrikrad hittades", "No row of headings was found",
                              "Ha minst en kolumn som heter Rubrik, Aktivitet eller Title",
                              "Have at least a column named Title, Activity or Rubrik"),
    "sheet_not_read": _info("Bladet lästes inte: {value}", "The sheet was not read: {value}",
                            "Inget behöver göras", "Nothing needs doing"),
    "too_many_rows": _error("Filen har fler än {most} rader; resten lästes inte",
                            "The file has more than {most} rows; the rest was not read",
                            "Dela upp filen", "Divide the file"),
    "other_project": _warning("Filen gjordes ur ett annat projekt; rader känns igen på källans beteckning",
                              "The file was made from another project; rows are known by their source reference",
                              "Kontrollera att det är rätt projekt", "Check that this is the right project"),
    # Files of other tools
    "people_left_out": _info("{count} rader anger personer; namn och e-post läses aldrig in",
                             "{count} rows name people; names and e-mail are never taken in",
                             "Ange ägare i planen", "Say who owns a row in the plan"),
    "hours_read_only": _info("Timmar läses inte från filen", "Hours are not read from the file",
                             "Ändra timmar i planen", "Change hours in the plan"),
    "encoding_guessed": _info("Filen lästes som Windows-1252", "The file was read as Windows-1252",
                              "Spara som UTF-8 om åäö blev fel", "Save it as UTF-8 if åäö came out wrong"),
    "summary_row": _info("Sammanfattning: dess datum följer av raderna under den",
                         "A summary: its dates follow from the rows below it",
                         "Inget behöver göras", "Nothing needs doing"),
    "uid_missing": _error("Uppgiften saknar UID och kan inte kännas igen nästa gång",
                          "The task has no UID and could not be known again next time",
                          "Öppna och spara filen i Microsoft Project", "Open and save the file in Microsoft Project"),
    "uid_twice": _error("Två uppgifter har samma UID {value}", "Two tasks have the UID {value}",
                        "Öppna och spara filen i Microsoft Project", "Open and save the file in Microsoft Project"),
    "manual_without_dates": _info("Manuell uppgift utan datum: lästes utan datum",
                                  "A manual task without dates: read without dates",
                                  "Inget behöver göras", "Nothing needs doing"),
    "elapsed_lag": _warning("Fördröjningen är i kalendertid; {value} räknades om till {days} arbetsdagar",
                            "The lag is in elapsed time; {value} became {days} working days",
                            "Kontrollera beroendet efteråt", "Check the dependency afterwards"),
    "odd_lag": _warning("Fördröjningen {value} avrundades till {days} arbetsdagar",
                        "The lag {value} was rounded to {days} working days",
                        "Kontrollera beroendet efteråt", "Check the dependency afterwards"),
    "percent_lag": _warning("Fördröjning i procent av varaktigheten lästes som 0",
                            "A lag in percent of the duration was read as 0",
                            "Ange fördröjningen i dagar", "State the lag in days"),
    "elapsed_duration": _warning("Varaktigheten är i kalendertid och lästes inte",
                                 "The duration is in elapsed time and was not read",
                                 "Start och slut gäller", "Start and finish hold"),
    "calendar_not_read": _info("Kalendern {value} lästes inte; plattformens helgdagar gäller",
                               "The calendar {value} was not read; the days off of this service hold",
                               "Lägg in egna lediga dagar här", "Keep your own days off here"),
    "link_unknown": _error("Beroendet pekar på en rad som inte finns: {value}",
                           "The dependency points at a row that is not there: {value}",
                           "Ta bort beroendet eller lägg till raden", "Remove the dependency, or add the row"),
    "link_unreadable": _error("”{value}” är inget beroende", "“{value}” is no dependency",
                              "Lämna kolumnen som den är", "Leave the column as it is"),
    "link_to_summary": _warning("Beroende till en sammanfattning lästes inte", "A link to a summary was not read",
                                "Länka raderna i stället", "Link the rows instead"),
    "link_circle": _error("Raderna skulle vänta på varandra: {value}", "The rows would wait for each other: {value}",
                          "Ta bort ett av beroendena på vägen", "Remove one of the dependencies on the way"),
    "link_not_yours": _error("Beroendet hör till en annan parts rad", "The dependency belongs to another party's row",
                             "Be den andra parten ändra det", "Ask the other party to change it"),
    "phase_assumed": _warning("Avsnitten {value} hör inte till någon fas; raderna hamnade i {phase}",
                              "The sections {value} belong to no phase; their rows were put into {phase}",
                              "Ange fas per avsnitt för att flytta dem", "Name a phase for each section to move them"),
}  # fmt: skip
