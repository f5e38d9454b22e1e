"""Why the past cannot be read so."""

from shared.kit.problems import Invalid, NotFound
from shared.kit.text import Text


class VersionUnknown(NotFound):
    """There was no roster yet on that day."""

    slug = "version-unknown"
    title = Text(sv="Det fanns inget register då", en="There was no roster then", da="Der var intet register dengang")


class NoUnitInKind(Invalid):
    """Rows of this kind do not stand at a unit of their own, so they cannot be asked for by unit."""

    slug = "no-unit-in-kind"
    title = Text(
        sv="Slaget har ingen enhet", en="Rows of this kind have no unit", da="Rækker af denne slags har ingen enhed"
    )


class AsOfMalformed(Invalid):
    """`asOf` is neither a day nor the number of a version."""

    slug = "as-of-malformed"
    title = Text(
        sv="Ingen dag och ingen version", en="Neither a day nor a version", da="Hverken en dag eller en version"
    )
