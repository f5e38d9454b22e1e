"""How files are written."""

from services.sync.rules.rule import Mender, Rule, info, warning
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "byte_order_mark": info(
        Mender.it,
        Text(
            sv="Filen börjar med ett BOM", en="The file begins with a byte order mark", da="Filen begynder med et BOM"
        ),
        Text(sv="Inget behöver göras", en="Nothing to do", da="Intet skal gøres"),
    ),
    "not_utf8": warning(
        Mender.it,
        Text(
            sv="Filen är inte UTF-8 utan lästes som Windows-1252",
            en="The file is not UTF-8 and was read as Windows-1252",
            da="Filen er ikke UTF-8 og blev læst som Windows-1252",
        ),
        Text(
            sv="Exportera som UTF-8, annars går tecken som č och ŋ förlorade",
            en="Export as UTF-8, otherwise letters such as č and ŋ are lost",
            da="Eksportér som UTF-8, ellers går tegn som č og ŋ tabt",
        ),
    ),
    "lost_characters": warning(
        Mender.it,
        Text(
            sv="Tecken har blivit frågetecken i exporten",
            en="Letters have become question marks in the export",
            da="Tegn er blevet til spørgsmålstegn i eksporten",
        ),
        Text(sv="Exportera som UTF-8", en="Export as UTF-8", da="Eksportér som UTF-8"),
    ),
}
