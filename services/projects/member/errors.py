"""What can be wrong about members of programmes."""

from collections.abc import Iterable

from services.projects.member.readiness import Lack, Readiness
from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text

_LACKS = {
    Lack.no_report: Text(sv="ingen har rapporterat", en="nobody has reported", da="ingen har rapporteret"),
    Lack.no_score: Text(
        sv="beredskapsenkäten är inte besvarad",
        en="the readiness survey is not answered",
        da="parathedsundersøgelsen er ikke besvaret",
    ),
    Lack.stale: Text(
        sv="uppgifterna är äldre än 90 dagar",
        en="the facts are older than 90 days",
        da="oplysningerne er over 90 dage gamle",
    ),
    Lack.score_below: Text(
        sv="beredskapen är under programmets gräns",
        en="the readiness is below the programme's limit",
        da="paratheden er under programmets grænse",
    ),
    Lack.gates_late: Text(sv="en grind är försenad", en="a gate is late", da="en gate er forsinket"),
}


class MemberNotFound(NotFound):
    slug = "programme-member-not-found"
    title = Text(sv="Deltagaren finns inte", en="No such member", da="Deltageren findes ikke")


class MemberRefused(Invalid):
    """A member that cannot be kept as it was sent; `errors` points at the place."""

    slug = "programme-member-refused"
    title = Text(sv="Deltagaren går inte att spara", en="The member cannot be kept", da="Deltageren kan ikke gemmes")


class MemberTaken(Conflict):
    slug = "programme-member-taken"
    title = Text(
        sv="Deltagaren finns redan i programmet för samma målgrupp",
        en="The member is in the programme already, for the same audience",
        da="Deltageren er allerede i programmet for samme målgruppe",
    )


class MemberHasEntered(Conflict):
    """A member that entered its wave stays in it, and one with a waiver stays visible."""

    slug = "programme-member-entered"
    title = Text(
        sv="Deltagaren har gått in i sin våg eller fått undantag och kan inte flyttas eller tas bort",
        en="The member entered its wave or was let in by a waiver, and can be neither moved nor removed",
        da="Deltageren er gået ind i sin bølge eller har fået dispensation og kan hverken flyttes eller fjernes",
    )


class WaveNotOpen(Conflict):
    """No wave, or one that is not under way."""

    slug = "wave-not-open"
    title = Text(
        sv="Deltagaren har ingen våg som pågår",
        en="The member has no wave that is under way",
        da="Deltageren har ingen bølge, der er i gang",
    )


class WaveNotDated(Conflict):
    slug = "wave-not-dated"
    title = Text(
        sv="Vågen har inget datum att räkna från; ange shiftDays",
        en="The wave has no date to count from; give shiftDays",
        da="Bølgen har ingen dato at regne fra; angiv shiftDays",
    )


class NotReady(Conflict):
    """The readiness does not let the member in; `lacks` says what is missing."""

    slug = "not-ready-for-wave"
    title = Text(
        sv="Deltagaren är inte redo för sin våg",
        en="The member is not ready for its wave",
        da="Deltageren er ikke parat til sin bølge",
    )

    def __init__(self, readiness: Readiness) -> None:
        texts = [_LACKS[lack] for lack in readiness.lacks]
        joined = Text(
            sv="; ".join(one.sv for one in texts),
            en="; ".join(one.en for one in texts),
            da="; ".join(one.da or one.en for one in texts),
        )
        super().__init__(joined, readiness=readiness.state.value, lacks=[lack.value for lack in readiness.lacks])


class AlreadyWaived(Conflict):
    slug = "readiness-already-waived"
    title = Text(
        sv="Undantag är redan givet", en="The readiness was waived already", da="Dispensation er allerede givet"
    )


class HandleNotValid(NotFound):
    """Wrong, revoked, expired and somebody else's look alike: who guesses learns nothing."""

    slug = "programme-handle-not-valid"
    title = Text(
        sv="Inbjudan gäller inte (längre). Be programmet om en ny.",
        en="The invitation is not valid (any more). Ask the programme for a new one.",
        da="Invitationen gælder ikke (længere). Bed programmet om en ny.",
    )


class NoTaskList(NotFound):
    slug = "no-task-list"
    title = Text(
        sv="Programmet har inte gett ut någon uppgiftslista",
        en="The programme has given out no task list",
        da="Programmet har ikke udgivet nogen opgaveliste",
    )


def refused(places: Iterable[tuple[str, Text, str]]) -> MemberRefused:
    return MemberRefused(errors=[FieldError(pointer=where, detail=why, code=code) for where, why, code in places])
