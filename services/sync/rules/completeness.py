"""Whether everything that should be there is there. What is not complete ends nothing."""

from services.sync.rules.rule import Mender, Rule, error, info
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "truncated_file": error(
        Mender.it,
        Text(sv="Filen är avklippt", en="The file was cut off", da="Filen er klippet af"),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "trailer_missing": error(
        Mender.it,
        Text(sv="Slutraden saknas", en="The trailer row is missing", da="Slutrækken mangler"),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "trailer_count": error(
        Mender.it,
        Text(
            sv="Slutradens antal stämmer inte med raderna",
            en="The trailer's count does not match the rows",
            da="Slutrækkens antal passer ikke med rækkerne",
        ),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "empty_file": error(
        Mender.it,
        Text(sv="Filen har inga rader", en="The file has no rows", da="Filen har ingen rækker"),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "unreadable_rest": error(
        Mender.it,
        Text(
            sv="Resten av filen går inte att läsa, oftast ett citattecken som inte stängs",
            en="The rest of the file cannot be read, mostly a quotation mark that is not closed",
            da="Resten af filen kan ikke læses, oftest et citationstegn, der ikke lukkes",
        ),
        Text(
            sv="Gör om exporten och ladda upp hela filen igen",
            en="Export again and upload the whole file",
            da="Eksportér igen og upload hele filen",
        ),
    ),
    "optional_file_missing": info(
        Mender.it,
        Text(
            sv="En fil som mappningen känner till finns inte med",
            en="A file that the mapping knows is not there",
            da="En fil, som mappingen kender, er ikke med",
        ),
        Text(
            sv="Inget avslutas för det som filen skulle ha innehållit",
            en="Nothing is ended of what the file would have held",
            da="Intet afsluttes af det, som filen ville have indeholdt",
        ),
    ),
    "optional_column_missing": info(
        Mender.it,
        Text(
            sv="En kolumn som mappningen känner till finns inte med",
            en="A column that the mapping knows is not there",
            da="En kolonne, som mappingen kender, er ikke med",
        ),
        Text(sv="Uppgiften behålls som den är", en="What is known is kept as it is", da="Det, der er kendt, beholdes"),
    ),
}
