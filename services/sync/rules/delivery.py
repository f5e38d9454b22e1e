"""The delivery as a whole: nothing can be made of it."""

from services.sync.rules.rule import Mender, Rule, fatal
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "broken_zip": fatal(
        Mender.it,
        Text(sv="Zipfilen är trasig", en="The zip file is broken", da="Zipfilen er ødelagt"),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "zip_bomb": fatal(
        Mender.it,
        Text(
            sv="Zipfilen packas upp till mer än vad som är tillåtet",
            en="The zip file expands to more than is allowed",
            da="Zipfilen pakkes ud til mere end tilladt",
        ),
        Text(
            sv="Dela upp leveransen eller ta bort det som inte hör dit",
            en="Split the delivery or remove what does not belong in it",
            da="Del leverancen, eller fjern det, der ikke hører til",
        ),
    ),
    "unsafe_path": fatal(
        Mender.it,
        Text(
            sv="Zipfilen innehåller mappar eller sökvägar",
            en="The zip file contains folders or paths",
            da="Zipfilen indeholder mapper eller stier",
        ),
        Text(
            sv="Lägg filerna direkt i zipfilen, utan mappar",
            en="Put the files directly into the zip file, without folders",
            da="Læg filerne direkte i zipfilen, uden mapper",
        ),
    ),
    "encrypted_zip": fatal(
        Mender.it,
        Text(
            sv="Zipfilen är lösenordsskyddad",
            en="The zip file is protected by a password",
            da="Zipfilen er beskyttet med adgangskode",
        ),
        Text(
            sv="Packa utan lösenord; överföringen och lagringen är krypterade",
            en="Pack it without a password; transfer and storage are encrypted",
            da="Pak uden adgangskode; overførsel og lager er krypterede",
        ),
    ),
    "unsupported_zip": fatal(
        Mender.it,
        Text(
            sv="Zipfilen är packad på ett sätt som inte stöds",
            en="The zip file is packed in a way that is not supported",
            da="Zipfilen er pakket på en måde, der ikke understøttes",
        ),
        Text(
            sv="Packa med vanlig zip (deflate)",
            en="Pack with ordinary zip (deflate)",
            da="Pak med almindelig zip (deflate)",
        ),
    ),
    "too_large": fatal(
        Mender.it,
        Text(
            sv="Leveransen ryms inte inom läsarens minne",
            en="The delivery does not fit the reader's memory",
            da="Leverancen er for stor til læserens hukommelse",
        ),
        Text(sv="Dela upp leveransen", en="Split the delivery", da="Del leverancen"),
    ),
    "reader_died": fatal(
        Mender.supplier,
        Text(sv="Läsningen avbröts", en="Reading was cut short", da="Læsningen blev afbrudt"),
        Text(
            sv="Försök igen; kontakta annars support",
            en="Try again, else ask support",
            da="Prøv igen; kontakt ellers support",
        ),
    ),
    "file_missing": fatal(
        Mender.it,
        Text(
            sv="En fil som mappningen kräver saknas",
            en="A file that the mapping requires is missing",
            da="En fil, som mappingen kræver, mangler",
        ),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "column_missing": fatal(
        Mender.it,
        Text(
            sv="En kolumn som mappningen kräver saknas",
            en="A column that the mapping requires is missing",
            da="En kolonne, som mappingen kræver, mangler",
        ),
        Text(
            sv="Ta med kolumnen i exporten eller ändra mappningen",
            en="Include the column in the export or change the mapping",
            da="Tag kolonnen med i eksporten, eller ret mappingen",
        ),
    ),
    "not_a_table": fatal(
        Mender.it,
        Text(
            sv="Filen är inte text med rader och kolumner",
            en="The file is not text with rows and columns",
            da="Filen er ikke tekst med rækker og kolonner",
        ),
        Text(sv="Exportera som CSV", en="Export as CSV", da="Eksportér som CSV"),
    ),
    "manifest_wrong": fatal(
        Mender.it,
        Text(
            sv="manifest.csv saknas eller anger inte OneRoster 1.2",
            en="manifest.csv is missing or does not say OneRoster 1.2",
            da="manifest.csv mangler eller angiver ikke OneRoster 1.2",
        ),
        Text(
            sv="Exportera som OneRoster 1.2 CSV", en="Export as OneRoster 1.2 CSV", da="Eksportér som OneRoster 1.2 CSV"
        ),
    ),
    "delta_not_supported": fatal(
        Mender.it,
        Text(
            sv="Paketet innehåller bara ändringar (delta)",
            en="The package holds changes only (delta)",
            da="Pakken indeholder kun ændringer (delta)",
        ),
        Text(sv="Exportera totalfiler (bulk)", en="Export full files (bulk)", da="Eksportér hele filer (bulk)"),
    ),
}
