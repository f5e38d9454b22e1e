"""Deliveries that were fetched: what whoever fetched them could not prove."""

from services.sync.rules.rule import Mender, Rule, error
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "incomplete_fetch": error(
        Mender.it,
        Text(
            sv="Hämtningen kunde inte visa att allt kom med; inget av de slag det gäller avslutas",
            en="The fetch could not show that everything came along; nothing of those kinds is ended",
            da="Hentningen kunne ikke vise, at alt kom med; intet af de pågældende slags afsluttes",
        ),
        Text(
            sv="Hämta igen; kontrollera källans behörigheter om det upprepas",
            en="Fetch again; check what the source lets us read if it happens again",
            da="Hent igen; kontrollér kildens rettigheder, hvis det gentager sig",
        ),
    ),
}
