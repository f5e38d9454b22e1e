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


class SideNotYours(Forbidden):
    """A supplier's administrator gives nobody, and no program, the customer's say."""

    slug = "side-not-yours"
    title = Text(
        sv="Bara kundens sida låter någon agera för en annan sida än sin egen",
        en="Only the customer's side lets somebody act for a side other than its own",
        da="Kun kundens side lader nogen handle for en anden side end sin egen",
    )


class GuestOfCustomer(Invalid):
    """The customer's people have accounts in the customer's own tenant."""

    slug = "guest-of-customer"
    title = Text(
        sv="Ett konto från en annan organisation kan inte stå på kundens sida",
        en="An account of another organisation cannot stand on the customer's side",
        da="En konto fra en anden organisation kan ikke stå på kundens side",
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
