"""What can be wrong with a calendar feed."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class FeedNotFound(NotFound):
    """No such feed, or not the caller's; and for a secret: unknown, revoked, or its account lost its access."""

    slug = "calendar-feed-not-found"
    title = Text(
        sv="Kalenderflödet finns inte eller är återkallat",
        en="The calendar feed does not exist or was revoked",
        da="Kalenderfeedet findes ikke eller er tilbagekaldt",
    )


class TooManyFeeds(Conflict):
    slug = "too-many-calendar-feeds"
    title = Text(
        sv="Du har tjugo flöden; återkalla ett först",
        en="You have twenty feeds; revoke one first",
        da="Du har tyve feeds; tilbagekald et først",
    )


class FeedAboutNothing(Invalid):
    """A project's feed needs `projectId`, a body's `bodyId`, a person's neither."""

    slug = "calendar-feed-about-nothing"
    title = Text(
        sv="Flödet säger inte vad det gäller",
        en="The feed does not say what it is about",
        da="Feedet siger ikke, hvad det gælder",
    )

    def __init__(self, pointer: str) -> None:
        detail = Text(
            sv="Ange projectId för ett projekts flöde, bodyId för ett organs, inget för ditt eget",
            en="Give projectId for a project's feed, bodyId for a body's, neither for your own",
            da="Angiv projectId for et projekts feed, bodyId for et organs, ingen af dem for dit eget",
        )
        super().__init__(errors=[FieldError(pointer=pointer, detail=detail, code="mismatch")])
