"""What can be wrong with an issuer."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class NoIssuer(NotFound):
    slug = "no-issuer"
    title = Text(sv="Utfärdaren finns inte", en="There is no such issuer", da="Udstederen findes ikke")
