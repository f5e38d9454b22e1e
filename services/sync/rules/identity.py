"""Who is who: logins, ids, protection markings."""

from services.sync.rules.rule import Mender, Rule, error, warning
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "same_person_twice": error(
        Mender.register_admin,
        Text(
            sv="Två id har samma personnummer",
            en="Two ids have the same national number",
            da="To id'er har samme personnummer",
        ),
        Text(
            sv="Slå ihop posterna i registret",
            en="Merge the records in the register",
            da="Slå posterne sammen i registret",
        ),
    ),
    "login_taken": error(
        Mender.it,
        Text(
            sv="Två personer har samma inloggning; den andra får ingen",
            en="Two persons have the same login name; the second gets none",
            da="To personer har samme login; den anden får intet",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "login_foreign": warning(
        Mender.it,
        Text(
            sv="Inloggningens domän är inte verifierad för organisationen; ingen kan logga in med den",
            en="The login's domain is not verified for the organisation; nobody can log in by it",
            da="Loginets domæne er ikke bekræftet for organisationen; ingen kan logge ind med det",
        ),
        Text(
            sv="Rätta inloggningen i registret, eller verifiera domänen under inloggningsdomäner (login-scopes)",
            en="Correct the login in the register, or verify the domain among the login scopes",
            da="Ret loginet i registret, eller bekræft domænet under login-scopes",
        ),
    ),
    "identity_conflict": error(
        Mender.register_admin,
        Text(
            sv="Uppgifterna pekar på två olika personer",
            en="The values point at two different persons",
            da="Oplysningerne peger på to forskellige personer",
        ),
        Text(
            sv="Avgör i registret vilken person det är",
            en="Settle in the register which person it is",
            da="Afgør i registret, hvilken person det er",
        ),
    ),
    "identity_moved": warning(
        Mender.register_admin,
        Text(
            sv="En känd person har fått ett nytt id i registret",
            en="A known person has got a new id in the register",
            da="En kendt person har fået et nyt id i registret",
        ),
        Text(
            sv="Kontrollera att det är samma person",
            en="Check that it is the same person",
            da="Kontrollér, at det er den samme person",
        ),
    ),
    "id_reused": error(
        Mender.register_admin,
        Text(
            sv="Ett id verkar ha getts till en annan person; personen lämnas orörd",
            en="An id seems to have been given to another person; the person is left untouched",
            da="Et id ser ud til at være givet til en anden person; personen lades urørt",
        ),
        Text(
            sv="Ge den nya personen ett eget id i registret",
            en="Give the new person an id of its own in the register",
            da="Giv den nye person sit eget id i registret",
        ),
    ),
    "marking_unknown": error(
        Mender.it,
        Text(
            sv="Leveransen anger inte skyddad identitet; nya personer räknas som skyddade",
            en="The delivery does not tell protected identity; new persons count as protected",
            da="Leverancen angiver ikke beskyttet identitet; nye personer regnes som beskyttede",
        ),
        Text(
            sv="Ta med markeringen, eller ange absentMarking: filtered om källan utelämnar skyddade personer",
            en="Include the marking, or say absentMarking: filtered where the source leaves protected persons out",
            da="Tag markeringen med, eller angiv absentMarking: filtered, hvis kilden udelader beskyttede personer",
        ),
    ),
}
