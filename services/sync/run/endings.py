"""Why a run came to nothing, in words."""

from services.sync.rules.catalogue import RULES
from shared.kit.problems import Problem
from shared.kit.text import Lang, Text
from shared.queue.jobs import MAX_ATTEMPTS
from shared.queue.leases import LeaseLost

_ENDINGS: dict[str, Text] = {
    "plan_stale": Text(
        sv="Registret hade ändrats sedan planen gjordes. Starta en ny körning på samma uppladdning",
        en="The roster had changed since the plan was made. Start a new run on the same upload",
        da="Registret var ændret, siden planen blev lavet. Start en ny kørsel på samme upload",
    ),
    "superseded": Text(
        sv="En nyare leverans från samma källa har tagit över. Granska den i stället",
        en="A newer delivery of the same source has taken its place. Look at that one instead",
        da="En nyere leverance fra samme kilde har taget over. Se på den i stedet",
    ),
    "decision_taken_back": Text(
        sv="Ett beslut som planen bygger på togs tillbaka. Starta en ny körning på samma uppladdning",
        en="A decision that the plan rests on was taken back. Start a new run on the same upload",
        da="En beslutning, som planen bygger på, blev taget tilbage. Start en ny kørsel på samme upload",
    ),
    "waited_too_long": Text(
        sv="Planen väntade för länge på ett godkännande. Starta en ny körning på en färsk leverans",
        en="The plan waited for approval for too long. Start a new run on a fresh delivery",
        da="Planen ventede for længe på en godkendelse. Start en ny kørsel på en frisk leverance",
    ),
    "cancelled": Text(
        sv="Körningen avbröts innan något ändrades",
        en="The run was cancelled before anything changed",
        da="Kørslen blev afbrudt, før noget blev ændret",
    ),
    "worker_lost": Text(
        sv="Arbetet avbröts och ingenting ändrades. Starta en ny körning på samma uppladdning",
        en="The work broke off and nothing changed. Start a new run on the same upload",
        da="Arbejdet blev afbrudt, og intet blev ændret. Start en ny kørsel på samme upload",
    ),
    "approval_missing": Text(
        sv="De godkännanden som krävs fanns inte när planen skulle tillämpas; ingenting ändrades",
        en="The approvals that are needed were not there when the plan was to be applied; nothing changed",
        da="De nødvendige godkendelser fandtes ikke, da planen skulle anvendes; intet blev ændret",
    ),
}
_FAULT = Text(
    sv="Ett fel hos oss avbröt körningen; ingenting ändrades. Försök igen",
    en="A fault of ours broke the run off; nothing changed. Try again",
    da="En fejl hos os afbrød kørslen; intet blev ændret. Prøv igen",
)


def ending(code: str, lang: Lang) -> str:
    """What `ended_code` means; a rule's own words where the delivery could not be read."""
    if code in RULES:
        return f"{RULES[code].message.pick(lang)}. {RULES[code].mend.pick(lang)}"
    return _ENDINGS.get(code, _FAULT).pick(lang)


def code_of(error: Exception, attempt: int) -> str | None:
    """What a run ends with whose job has failed; None where it is tried again, or somebody else works on it."""
    if isinstance(error, LeaseLost) or not (isinstance(error, Problem) or attempt >= MAX_ATTEMPTS):
        return None
    return error.slug if isinstance(error, Problem) else "fault"
