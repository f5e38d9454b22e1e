"""What can be wrong about reaching or changing an activity."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class ActivityNotFound(NotFound):
    slug = "activity-not-found"
    title = Text(sv="Aktiviteten finns inte", en="No such activity", da="Aktiviteten findes ikke")


class ActivityNotEnabled(Conflict):
    """The row belongs to an option that was not chosen: it is kept, but is no work."""

    slug = "activity-not-enabled"
    title = Text(
        sv="Aktiviteten gäller inte i detta projekt",
        en="The activity does not apply in this project",
        da="Aktiviteten gælder ikke i dette projekt",
    )
