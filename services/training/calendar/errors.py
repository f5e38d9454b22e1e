"""What can be wrong with a calendar feed."""

from shared.kit.problems import Conflict, FieldError, Forbidden, Invalid, NotFound
from shared.kit.text import Text


class FeedNotFound(NotFound):
    """No such feed, or not the caller's; and for a secret: unknown, revoked, or its account lost its access."""

    slug = "calendar-feed-not-found"
    title = Text(
        sv="Kalenderflödet finns inte eller är återkallat",
        en="The calendar feed does not exist or was revoked",
        da="Kalenderfeedet findes ikke eller er tilbagekaldt",
    )


class FeedOfNobody(Forbidden):
    """A feed of one's own needs an account of somebody in the roster."""

    slug = "not-in-roster"
    title = Text(
        sv="Ditt konto hör inte till någon i registret",
        en="Your account belongs to nobody in the roster",
        da="Din konto hører ikke til nogen i registret",
    )


class TooManyFeeds(Conflict):
    slug = "too-many-calendar-feeds"
    title = Text(
        sv="Du har tjugo flöden; återkalla ett först",
        en="You have twenty feeds; revoke one first",
        da="Du har tyve feeds; tilbagekald et først",
    )


class FeedUnitInvalid(Invalid):
    """A unit's feed needs `unitId` of a unit that the caller may see; the others have none."""

    slug = "calendar-feed-unit-invalid"
    title = Text(
        sv="Ange unitId för en enhets flöde, annars inget",
        en="Give unitId for a unit's feed, and none otherwise",
        da="Angiv unitId for en enheds feed, ellers ingen",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/unitId", detail=self.title, code="unit")])
