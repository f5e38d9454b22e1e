"""What can be wrong about a file of the documentation."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class AssetNotFound(NotFound):
    slug = "asset-not-found"
    title = Text(sv="Filen finns inte", en="The file does not exist", da="Filen findes ikke")
