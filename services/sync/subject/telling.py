"""What a data subject is told with the copy (GDPR article 15(1)): why the data are held, how long, and which rights."""

from collections.abc import Sequence

from services.sync.retention.service import Kept
from shared.kit.text import LANGUAGES, Lang, Text

_HEAD = Text(
    sv="Det här är de uppgifter om dig som behandlas här. person-data.csv öppnas i ett kalkylprogram; "
    "person-data.json är samma uppgifter för program.",
    en="These are the data about you that are processed here. person-data.csv opens in a spreadsheet; "
    "person-data.json holds the same for programs.",
    da="Dette er de oplysninger om dig, der behandles her. person-data.csv åbnes i et regneark; "
    "person-data.json er de samme oplysninger til programmer.",
)
_RIGHTS = Text(
    sv="Du kan begära rättelse, radering eller begränsning hos din kommun eller skolas huvudman, och klaga hos "
    "Integritetsskyddsmyndigheten.",
    en="You may ask your municipality or school owner to correct, erase or restrict the data, and complain to the "
    "supervisory authority.",
    da="Du kan bede din kommune eller skolens ejer om at rette, slette eller begrænse oplysningerne og klage til "
    "Datatilsynet.",
)
_LINE = Text(
    sv="{title}: {purpose}. Grund: {ground}. Bevaras: {until}{days}.",
    en="{title}: {purpose}. Ground: {ground}. Kept: {until}{days}.",
    da="{title}: {purpose}. Hjemmel: {ground}. Opbevares: {until}{days}.",
)


def tell(kept: Sequence[Kept]) -> dict[str, str]:
    """A text in each language, by the name of its file."""
    return {f"about.{lang}.txt": _told(kept, lang) for lang in LANGUAGES}


def _told(kept: Sequence[Kept], lang: Lang) -> str:
    lines = [
        _LINE.pick(lang).format(
            title=one.holding.title.pick(lang),
            purpose=one.holding.purpose.pick(lang),
            ground=one.holding.ground.value.pick(lang),
            until=one.holding.keep.until.pick(lang),
            days="" if one.days is None else f" ({one.days})",
        )
        for one in kept
    ]
    return "\n\n".join([_HEAD.pick(lang), *lines, _RIGHTS.pick(lang)]) + "\n"
