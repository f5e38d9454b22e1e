"""Why a unit is not verified, in words, and who can do something about it."""

from services.sync.rules.platform import NOT_COMPARED
from services.sync.rules.platform import RULES as PLATFORM
from services.sync.rules.rule import Mender, Rule, error
from shared.kit.text import Text

REASONS: dict[str, Rule] = {
    "no_register": error(
        Mender.register_admin,
        Text(sv="Inget register har lästs in", en="No register has been read", da="Intet register er læst ind"),
        Text(sv="Lägg upp registret som källa", en="Declare the register as a source", da="Opret registret som kilde"),
    ),
    "platform_unnamed": error(
        Mender.customer_decision,
        Text(
            sv="Kunden har inte sagt vilken plattform beviset gäller",
            en="The customer has not said which platform the proof is about",
            da="Kunden har ikke sagt, hvilken platform beviset gælder",
        ),
        Text(
            sv="Låt kundens projektledare peka ut plattformens källa under verification-policy",
            en="Let the customer's project leader name the platform's source under verification-policy",
            da="Lad kundens projektleder udpege platformens kilde under verification-policy",
        ),
    ),
    "no_units": error(
        Mender.register_admin,
        Text(sv="Inga enheter har personer", en="No unit has people", da="Ingen enhed har personer"),
        Text(sv="Läs in registret", en="Load the register", da="Indlæs registret"),
    ),
    "register_never_applied": error(
        Mender.register_admin,
        Text(sv="Registret har aldrig införts", en="The register was never applied", da="Registret er aldrig indført"),
        Text(
            sv="Godkänn en plan från registret", en="Approve a plan of the register", da="Godkend en plan fra registret"
        ),
    ),
    "register_stale": error(
        Mender.it,
        Text(
            sv="Registret har inte lästs på länge",
            en="The register was not read for long",
            da="Registret er ikke læst længe",
        ),
        Text(
            sv="Hämta eller ladda upp en ny leverans",
            en="Fetch or upload a new delivery",
            da="Hent eller upload en ny leverance",
        ),
    ),
    "delivery_failed": error(
        Mender.it,
        Text(
            sv="Den senaste leveransen gick inte att läsa",
            en="The newest delivery could not be read",
            da="Den nyeste leverance kunne ikke læses",
        ),
        Text(
            sv="Läs körningens fynd och skicka om leveransen",
            en="Read the run's findings and deliver again",
            da="Læs kørslens fund, og lever igen",
        ),
    ),
    "plan_held": error(
        Mender.register_admin,
        Text(sv="En plan hålls tillbaka", en="A plan is held back", da="En plan holdes tilbage"),
        Text(
            sv="Rätta det som planen hålls tillbaka för",
            en="Mend what the plan is held back for",
            da="Ret det, som planen holdes tilbage for",
        ),
    ),
    "plan_waits": error(
        Mender.customer_decision,
        Text(
            sv="En plan har väntat på godkännande i mer än ett dygn",
            en="A plan has waited for approval for more than a day",
            da="En plan har ventet på godkendelse i mere end et døgn",
        ),
        Text(sv="Godkänn planen", en="Approve the plan", da="Godkend planen"),
    ),
    "open_errors": error(
        Mender.register_admin,
        Text(
            sv="Den senaste leveransen har fel som inte är rättade",
            en="The newest delivery has errors that are not mended",
            da="Den nyeste leverance har fejl, der ikke er rettet",
        ),
        Text(
            sv="Rätta felen i registret; varje fynd säger var",
            en="Mend the errors in the register; each finding says where",
            da="Ret fejlene i registret; hvert fund siger hvor",
        ),
    ),
    "not_signed_off": error(
        Mender.school,
        Text(
            sv="Ingen har godkänt enhetens uppgifter",
            en="Nobody has signed off the unit's data",
            da="Ingen har godkendt enhedens oplysninger",
        ),
        Text(
            sv="Rektor läser rapporten och godkänner den",
            en="The unit's head reads the report and signs it off",
            da="Lederen læser rapporten og godkender den",
        ),
    ),
    "sign_off_lapsed": error(
        Mender.school,
        Text(
            sv="Godkännandet gäller inte längre, nya avvikelser har uppstått",
            en="The sign-off holds no longer, new differences have arisen",
            da="Godkendelsen gælder ikke længere, nye afvigelser er opstået",
        ),
        Text(
            sv="Rätta avvikelserna och godkänn på nytt",
            en="Mend the differences and sign off again",
            da="Ret afvigelserne, og godkend igen",
        ),
    ),
    "no_platform": error(
        Mender.register_admin,
        Text(
            sv="Plattformen är inte upplagd som källa",
            en="The platform is not declared as a source",
            da="Platformen er ikke oprettet som kilde",
        ),
        Text(
            sv="Lägg upp plattformen som källa med role platform",
            en="Declare the platform as a source of role platform",
            da="Opret platformen som kilde med role platform",
        ),
    ),
    "platform_never_compared": error(
        Mender.supplier,
        Text(
            sv="Plattformens egen export har aldrig jämförts",
            en="The platform's own export was never compared",
            da="Platformens egen eksport er aldrig sammenlignet",
        ),
        Text(sv="Ta en export ur plattformen", en="Take an export of the platform", da="Tag en eksport af platformen"),
    ),
    "platform_stale": error(
        Mender.supplier,
        Text(
            sv="Plattformens export är för gammal",
            en="The platform's export is too old",
            da="Platformens eksport er for gammel",
        ),
        Text(
            sv="Ta en ny export ur plattformen",
            en="Take a new export of the platform",
            da="Tag en ny eksport af platformen",
        ),
    ),
    "platform_unreadable": error(
        Mender.supplier,
        Text(
            sv="Plattformens senaste export gick inte att läsa",
            en="The platform's newest export could not be read",
            da="Platformens nyeste eksport kunne ikke læses",
        ),
        Text(
            sv="Ta en ny export ur plattformen",
            en="Take a new export of the platform",
            da="Tag en ny eksport af platformen",
        ),
    ),
    "platform_incomplete": error(
        Mender.supplier,
        Text(
            sv="Plattformens export är inte hel",
            en="The platform's export is not whole",
            da="Platformens eksport er ikke hel",
        ),
        Text(
            sv="Ta en ny, hel export ur plattformen",
            en="Take a new, whole export of the platform",
            da="Tag en ny, hel eksport af platformen",
        ),
    ),
    "platform_differs": error(
        Mender.supplier,
        Text(
            sv="Plattformen skiljer sig från registret",
            en="The platform differs from the register",
            da="Platformen afviger fra registret",
        ),
        Text(
            sv="Rätta varje avvikelse som listan nämner",
            en="Mend every difference that the list names",
            da="Ret hver afvigelse, som listen nævner",
        ),
    ),
    **{kind: PLATFORM[kind] for kind in ("protected_name_shown", *NOT_COMPARED)},
}
