"""What can be wrong about a delivery."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class DeliveryNotFound(NotFound):
    slug = "delivery-not-found"
    title = Text(sv="Leveransen finns inte", en="The delivery does not exist", da="Leverancen findes ikke")


class DeliveryInProgress(Conflict):
    """The delivery is still being tried; its next attempt is at `nextAttemptAt`."""

    slug = "delivery-in-progress"
    title = Text(sv="Leveransen pågår", en="The delivery is in progress", da="Leverancen er i gang")
