"""The words of the landing page."""

from services.portal.status.schemas import ServiceState
from shared.kit.text import Text

LEAD = Text(
    sv="Ett nytt skolplattformsinförande, steg för steg, med bevis för att det är klart.",
    en="The rollout of a new school platform, step by step, with proof that it is ready.",
    da="Indførelsen af en ny skoleplatform, trin for trin, med bevis for, at den er klar.",
)
ALL_READY = Text(sv="Alla tjänster är redo", en="All services are ready", da="Alle tjenester er klar")
DEGRADED = Text(
    sv="Någon tjänst svarar inte som den ska",
    en="Some service does not answer as it should",
    da="En tjeneste svarer ikke, som den skal",
)
SERVICES = Text(sv="Tjänster", en="Services", da="Tjenester")
STATE = Text(sv="Läge", en="State", da="Tilstand")
CHECKED = Text(sv="Kontrollerat", en="Checked", da="Kontrolleret")
FOR_BUILDERS = Text(sv="För dig som bygger", en="For those who build", da="Til dig, der bygger")
DOCS = Text(sv="API-dokumentation", en="API documentation", da="API-dokumentation")
DOCUMENT = Text(
    sv="Alla tjänster i ett OpenAPI-dokument",
    en="All services in one OpenAPI document",
    da="Alle tjenester i ét OpenAPI-dokument",
)
STATUS = Text(sv="Läget som JSON", en="The state as JSON", da="Tilstanden som JSON")
DISCOVERY = Text(sv="Inloggning (OpenID Connect)", en="Login (OpenID Connect)", da="Login (OpenID Connect)")

STATES: dict[ServiceState, Text] = {
    "ready": Text(sv="redo", en="ready", da="klar"),
    "unavailable": Text(sv="inte redo", en="not ready", da="ikke klar"),
    "unreachable": Text(sv="svarar inte", en="does not answer", da="svarer ikke"),
}
OWNS: dict[str, Text] = {
    "identity": Text(sv="Konton, roller, inloggning", en="Accounts, roles, login", da="Konti, roller, login"),
    "projects": Text(sv="Planer och grindar", en="Plans and gates", da="Planer og porte"),
    "sync": Text(sv="Enheter, personer, register", en="Units, persons, rosters", da="Enheder, personer, registre"),
    "training": Text(sv="Utbildning", en="Training", da="Uddannelse"),
    "webhooks": Text(sv="Händelser till era system", en="Events for your systems", da="Hændelser til jeres systemer"),
}
