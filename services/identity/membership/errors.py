"""What can be wrong with a membership."""

from shared.kit.problems import Conflict, Forbidden, Invalid, NotFound
from shared.kit.text import Text


class MembershipNotFound(NotFound):
    slug = "membership-not-found"
    title = Text(sv="Medlemskapet finns inte", en="The membership does not exist", da="Medlemskabet findes ikke")


class AlreadyMember(Conflict):
    slug = "already-member"
    title = Text(
        sv="Kontot har redan rollen där",
        en="The account already holds the role there",
        da="Kontoen har allerede rollen",
    )


class OtherSide(Conflict):
    """One account stands on one side of a rollout, or nobody could tell for whom it acts."""

    slug = "other-side"
    title = Text(
        sv="Kontot står redan på en annan sida",
        en="The account already stands on another side",
        da="Kontoen står allerede på en anden side",
    )


class UnknownAccount(Invalid):
    slug = "unknown-account"
    title = Text(sv="Kontot finns inte", en="The account does not exist", da="Kontoen findes ikke")


class RoleNotYours(Forbidden):
    """Only the platform's administrators make and unmake others, and only in the tenant that runs the platform."""

    slug = "role-not-yours-to-grant"
    title = Text(
        sv="Rollen kan inte delas ut eller tas bort här",
        en="The role cannot be granted or removed here",
        da="Rollen kan ikke tildeles eller fjernes her",
    )


class FollowsRoster(Conflict):
    """The role comes from a duty in the roster; end the duty there."""

    slug = "membership-follows-roster"
    title = Text(
        sv="Rollen kommer från registret; ändra tjänstgöringen där",
        en="The role comes from the roster; change the duty there",
        da="Rollen kommer fra registeret; ret ansættelsen dér",
    )
