"""What can go wrong with a logout."""

from shared.kit.problems import BadRequest
from shared.kit.text import Text


class LogoutRefused(BadRequest):
    """A provider's logout message that could not be verified, or that is not for us."""

    slug = "logout-refused"
    title = Text(
        sv="Utloggningen kunde inte verifieras",
        en="The logout could not be verified",
        da="Udlogningen kunne ikke verificeres",
    )
