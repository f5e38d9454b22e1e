"""What can be wrong about a poll."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class PollNotFound(NotFound):
    slug = "poll-not-found"
    title = Text(sv="Omröstningen finns inte", en="No such poll", da="Afstemningen findes ikke")


class PollClosed(Conflict):
    slug = "poll-closed"
    title = Text(sv="Omröstningen är avslutad", en="The poll is closed")


class AlreadyVoted(Conflict):
    slug = "poll-already-voted"
    title = Text(sv="Du har redan röstat", en="You have voted already")
