"""What can go wrong with an identity provider."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class ProviderNotFound(NotFound):
    slug = "identity-provider-not-found"
    title = Text(
        sv="Inloggningstjänsten finns inte",
        en="The identity provider does not exist",
        da="Login-tjenesten findes ikke",
    )
