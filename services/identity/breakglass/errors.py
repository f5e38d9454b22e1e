"""What can be wrong with a break-glass account."""

from shared.kit.problems import Conflict, Forbidden, Invalid, NotFound
from shared.kit.text import Text


class BreakGlassNotFound(NotFound):
    slug = "break-glass-not-found"
    title = Text(sv="Nödkontot finns inte", en="The break-glass account does not exist", da="Nødkontoen findes ikke")


class BreakGlassUseNotFound(NotFound):
    slug = "break-glass-use-not-found"
    title = Text(sv="Användningen finns inte", en="The use does not exist", da="Brugen findes ikke")


class TooManyBreakGlass(Conflict):
    slug = "too-many-break-glass-accounts"
    title = Text(
        sv="Organisationen har redan två nödkonton",
        en="The organisation already has two break-glass accounts",
        da="Organisationen har allerede to nødkonti",
    )


class BreakGlassNotPending(Conflict):
    slug = "break-glass-not-pending"
    title = Text(
        sv="Nödkontot väntar inte på bekräftelse",
        en="The break-glass account is not waiting to be confirmed",
        da="Nødkontoen venter ikke på bekræftelse",
    )


class CodeWrong(Invalid):
    slug = "code-wrong"
    title = Text(sv="Koden stämmer inte", en="The code is not right", da="Koden passer ikke")


class AlreadyAcknowledged(Conflict):
    slug = "already-acknowledged"
    title = Text(sv="Redan kvitterat", en="Acknowledged already", da="Allerede kvitteret")


class OwnUse(Forbidden):
    """Another administrator acknowledges."""

    slug = "own-use"
    title = Text(
        sv="En annan administratör måste kvittera",
        en="Another administrator has to acknowledge it",
        da="En anden administrator skal kvittere",
    )


class BreakGlassRefused(Forbidden):
    """One answer for every reason, so that it helps nobody to guess."""

    slug = "break-glass-refused"
    title = Text(
        sv="Återställningskoden eller engångskoden stämmer inte",
        en="The recovery secret or the one-time code is not right",
        da="Gendannelseskoden eller engangskoden passer ikke",
    )
    mend = Text(
        sv="Efter fem felaktiga koder väntar kontot i en kvart",
        en="After five wrong codes the account waits for a quarter of an hour",
        da="Efter fem forkerte koder venter kontoen i et kvarter",
    )
