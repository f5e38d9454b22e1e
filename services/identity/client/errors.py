"""What can be wrong with a client."""

from shared.kit.problems import Invalid, NotFound
from shared.kit.text import Text


class ClientNotFound(NotFound):
    slug = "client-not-found"
    title = Text(sv="Klienten finns inte", en="The client does not exist", da="Klienten findes ikke")


NO_SECRET = Text(sv="Klienten har ingen hemlighet", en="The client has no secret", da="Klienten har ingen hemmelighed")


class UnusableClient(Invalid):
    slug = "unusable-client"
    title = Text(
        sv="Klienten kan inte registreras så",
        en="The client cannot be registered like this",
        da="Klienten kan ikke registreres sådan",
    )
