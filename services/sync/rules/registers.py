"""Deliveries in registers' own formats: SS12000 packages and STIL's export."""

from services.sync.rules.rule import Mender, Rule, error, fatal, info, warning
from shared.kit.text import Text

_AGAIN = Text(
    sv="Hämta eller exportera leveransen igen",
    en="Fetch or export the delivery again",
    da="Hent eller eksportér leverancen igen",
)

RULES: dict[str, Rule] = {
    "not_json": fatal(
        Mender.it,
        Text(
            sv="En rad i SS12000-paketet är inte ett JSON-objekt",
            en="A line of the SS12000 package is not a JSON object",
            da="En linje i SS12000-pakken er ikke et JSON-objekt",
        ),
        _AGAIN,
    ),
    "broken_xml": fatal(
        Mender.it,
        Text(
            sv="XML-filen är trasig eller avklippt",
            en="The XML file is broken or was cut off",
            da="XML-filen er i stykker eller klippet af",
        ),
        _AGAIN,
    ),
    "unsafe_xml": fatal(
        Mender.it,
        Text(
            sv="XML-filen innehåller en dokumenttyp (DTD)",
            en="The XML file contains a document type (DTD)",
            da="XML-filen indeholder en dokumenttype (DTD)",
        ),
        Text(sv="Ta bort dokumenttypen", en="Remove the document type", da="Fjern dokumenttypen"),
    ),
    "not_stil": fatal(
        Mender.it,
        Text(
            sv="Filen är ingen export från STIL: den har ingen institution",
            en="The file is no export of STIL's: it has no institution",
            da="Filen er ikke en eksport fra STIL: den har ingen institution",
        ),
        Text(
            sv="Leverera svaret på eksporterXmlFuldMyndighed",
            en="Deliver what eksporterXmlFuldMyndighed answers",
            da="Levér svaret på eksporterXmlFuldMyndighed",
        ),
    ),
    "field_not_permitted": info(
        Mender.supplier,
        Text(
            sv="Registret lämnar aldrig ut fältet; vi får kanske inte läsa det",
            en="The register never tells the field; we may not be permitted to read it",
            da="Registret udleverer aldrig feltet; vi må måske ikke læse det",
        ),
        Text(
            sv="Be registrets leverantör öppna fältet om det behövs; det som är känt behålls så länge",
            en="Ask the register's supplier to open the field where it is needed; what is known is kept until then",
            da="Bed registrets leverandør om at åbne feltet, hvis det er nødvendigt; det kendte beholdes så længe",
        ),
    ),
    "stil_manual_user": warning(
        Mender.school,
        Text(
            sv="En användare är upplagd för hand i Unilogin och saknar personuppgifter",
            en="A user was made by hand in Unilogin and has no personal data",
            da="En bruger er oprettet manuelt i Unilogin og har ingen persondata",
        ),
        Text(
            sv="Lägg upp personen i institutionens administrativa system",
            en="Enter the person in the institution's administrative system",
            da="Opret personen i institutionens administrative system",
        ),
    ),
    "protected_without_alias": error(
        Mender.school,
        Text(
            sv="En person med navne- og adressebeskyttelse saknar alias i Unilogin",
            en="A person with protected name and address has no alias in Unilogin",
            da="En person med navne- og adressebeskyttelse har intet alias i Unilogin",
        ),
        Text(
            sv="Ange ett alias i institutionens administrativa system; annars kan andra system inte skapa personen",
            en="Enter an alias in the institution's administrative system; other systems cannot create the person else",
            da="Angiv et alias i institutionens administrative system; ellers kan andre systemer ikke oprette personen",
        ),
    ),
}
