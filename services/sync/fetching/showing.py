"""Fetches as their caller sees them."""

from services.sync.fetching import errors
from services.sync.fetching.models import SourceFetch
from services.sync.fetching.schemas import FetchPublic
from services.sync.source.errors import AddressUnconfirmed, SourceInactive
from services.sync.upload.models import Upload
from shared.kit.problems import Problem
from shared.kit.text import Lang, Text

_OURS = Text(
    sv="Fel hos oss; hämtningen görs inte om av sig själv",
    en="A fault of ours; the fetch is not tried again by itself",
    da="Fejl hos os; hentningen gentages ikke af sig selv",
)


def _both(what: Text, mend: Text | None) -> Text:
    """What happened, and what to do about it."""
    return Text(sv=f"{what.sv}. {mend.sv}", en=f"{what.en}. {mend.en}", da=f"{what.da}. {mend.da}") if mend else what


_WORDS: dict[str, Text] = {
    **{
        kind.slug: _both(kind.title, kind.mend)
        for kind in (*vars(errors).values(), AddressUnconfirmed, SourceInactive)
        if isinstance(kind, type) and issubclass(kind, Problem)
    },
    "fault": _OURS,
    "fetch-given-up": Text(sv="Hämtningen avbröts", en="The fetch was cancelled", da="Hentningen blev afbrudt"),
}


def words_for(problem: str | None, lang: Lang) -> str | None:
    """A problem's slug in words."""
    return _WORDS.get(problem, _OURS).pick(lang) if problem else None


def show_fetch(fetch: SourceFetch, upload: Upload | None, lang: Lang) -> FetchPublic:
    return FetchPublic.model_validate(
        {
            **fetch.model_dump(),
            "message": words_for(fetch.problem, lang),
            "proof": upload.proof if upload else None,
            "incomplete": upload.incomplete if upload else [],
        }
    )
