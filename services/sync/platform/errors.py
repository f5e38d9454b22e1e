"""Why a platform's export cannot be compared."""

from shared.kit.problems import Conflict, Invalid
from shared.kit.text import Text


class NotAPlatform(Invalid):
    """The upload belongs to no declared source of role platform: declare the platform as a source first."""

    slug = "not-a-platform"
    title = Text(
        sv="Leveransen kommer inte från en plattform",
        en="The delivery is not a platform's",
        da="Leverancen er ikke fra en platform",
    )
    mend = Text(
        sv="Lägg upp plattformen som källa med role platform, och ladda upp dess export under den källan",
        en="Declare the platform as a source of role platform, and upload its export under that source",
        da="Opret platformen som kilde med role platform, og upload dens eksport under den kilde",
    )


class ExportNotStored(Conflict):
    """Nothing was sent of this upload yet, or its time was over."""

    slug = "export-not-stored"
    title = Text(sv="Exporten finns inte", en="The export is not there", da="Eksporten findes ikke")
    mend = Text(
        sv="Skicka exportens innehåll först, eller ladda upp den igen",
        en="Send the content of the export first, or upload it anew",
        da="Send eksportens indhold først, eller upload den igen",
    )


class ExportOutdated(Conflict):
    """A newer export of the platform was compared already."""

    slug = "export-outdated"
    title = Text(
        sv="En nyare export av plattformen är redan jämförd",
        en="A newer export of the platform was compared already",
        da="En nyere eksport af platformen er allerede sammenlignet",
    )
    mend = Text(
        sv="Ta en ny export ur plattformen, och ladda upp den",
        en="Take a new export of the platform, and upload it",
        da="Tag en ny eksport af platformen, og upload den",
    )
