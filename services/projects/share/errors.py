"""What can be wrong with a share link."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class ShareLinkNotFound(NotFound):
    slug = "share-link-not-found"
    title = Text(sv="Delningslänken finns inte", en="No such share link", da="Delingslinket findes ikke")


class ShareNotValid(NotFound):
    """Wrong, expired and revoked look alike: who guesses learns nothing."""

    slug = "share-not-valid"
    title = Text(
        sv="Länken gäller inte (längre). Be projektledaren om en ny.",
        en="The link is not valid (any more). Ask the project leader for a new one.",
        da="Linket gælder ikke (længere). Bed projektlederen om et nyt.",
    )
