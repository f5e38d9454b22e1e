"""Why a copy cannot be erased now."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CopyAlreadyPurged(Conflict):
    """The copy is gone already; `purgedAt` says since when."""

    slug = "copy-already-purged"
    title = Text(sv="Kopian är redan gallrad", en="The copy is purged already", da="Kopien er allerede slettet")


class CopyNeeded(Conflict):
    """A run of the file has still to be read or approved: let it end first, or approve it."""

    slug = "copy-needed"
    title = Text(sv="En körning behöver filen", en="A run needs the file", da="En kørsel behøver filen")


class CopyElsewhere(Conflict):
    """The copy does not lie in our file store; whoever holds it purges it."""

    slug = "copy-elsewhere"
    title = Text(sv="Kopian finns inte hos oss", en="The copy is not with us", da="Kopien er ikke hos os")
