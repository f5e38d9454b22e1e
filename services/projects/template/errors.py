"""What can be wrong about naming a template."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class TemplateNotFound(NotFound):
    """No such version of such a template is published."""

    slug = "template-not-found"
    title = Text(sv="Mallen finns inte", en="No such template", da="Skabelonen findes ikke")

    def __init__(self, key: str, version: str) -> None:
        super().__init__(
            Text(
                sv=f"Ingen mall {key} version {version} är publicerad",
                en=f"No template {key} version {version} is published",
                da=f"Ingen skabelon {key} version {version} er udgivet",
            )
        )
