"""How the platform's own export may differ from the roster. Every difference is somebody's account or a whole unit."""

from services.sync.rules.rule import Mender, Rule, critical, error, info, warning
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "protected_name_shown": critical(
        Mender.supplier,
        Text(
            sv="Plattformen visar namnet på en person med skyddade personuppgifter",
            en="The platform shows the name of a person whose identity is protected",
            da="Platformen viser navnet på en person med beskyttet identitet",
        ),
        Text(
            sv="Ta bort namnet i plattformen nu, och ta reda på vem som kan ha sett det",
            en="Remove the name in the platform now, and find out who may have seen it",
            da="Fjern navnet i platformen nu, og find ud af, hvem der kan have set det",
        ),
    ),
    "missing_account": error(
        Mender.supplier,
        Text(
            sv="Personen finns i registret men har inget konto i plattformen",
            en="The person is in the roster and has no account in the platform",
            da="Personen er i registret, men har ingen konto i platformen",
        ),
        Text(
            sv="Kör plattformens import; kontrollera den tänkbara orsaken om kontot fortfarande saknas",
            en="Run the platform's import; look at the likely cause if the account is still missing",
            da="Kør platformens import; se på den sandsynlige årsag, hvis kontoen stadig mangler",
        ),
    ),
    "missing_place": error(
        Mender.supplier,
        Text(
            sv="Kontot finns men inte på den här enheten",
            en="The account is there, but not at this unit",
            da="Kontoen findes, men ikke på denne enhed",
        ),
        Text(
            sv="Kör plattformens import; rätta enheten i plattformen om den är satt för hand",
            en="Run the platform's import; correct the unit in the platform if it was set by hand",
            da="Kør platformens import; ret enheden i platformen, hvis den er sat manuelt",
        ),
    ),
    "inactive_account": error(
        Mender.supplier,
        Text(
            sv="Kontot är avstängt i plattformen fast personen hör till enheten",
            en="The account is switched off in the platform though the person belongs to the unit",
            da="Kontoen er lukket i platformen, selv om personen hører til enheden",
        ),
        Text(
            sv="Slå på kontot i plattformen", en="Switch the account on in the platform", da="Åbn kontoen i platformen"
        ),
    ),
    "extra_account": error(
        Mender.supplier,
        Text(
            sv="Kontot hör inte till någon i registret",
            en="The account belongs to nobody in the roster",
            da="Kontoen hører ikke til nogen i registret",
        ),
        Text(
            sv="Stäng kontot, eller ge det registrets id om personen finns där",
            en="Close the account, or give it the register's id if the person is there",
            da="Luk kontoen, eller giv den registrets id, hvis personen findes der",
        ),
    ),
    "ended_still_active": error(
        Mender.supplier,
        Text(
            sv="Personen har slutat enligt registret, men kontot är öppet",
            en="The person has left according to the register, and the account is open",
            da="Personen er stoppet ifølge registret, men kontoen er åben",
        ),
        Text(sv="Stäng kontot i plattformen", en="Close the account in the platform", da="Luk kontoen i platformen"),
    ),
    "wrong_unit": error(
        Mender.supplier,
        Text(
            sv="Kontot ligger på en enhet där personen inte hör hemma enligt registret",
            en="The account is at a unit that the person does not belong to according to the register",
            da="Kontoen ligger på en enhed, som personen ikke hører til ifølge registret",
        ),
        Text(
            sv="Ta bort enheten från kontot, eller rätta registret om plattformen har rätt",
            en="Take the unit from the account, or correct the register where the platform is right",
            da="Fjern enheden fra kontoen, eller ret registret, hvis platformen har ret",
        ),
    ),
    "wrong_role": error(
        Mender.supplier,
        Text(
            sv="Kontot har en annan roll på enheten än i registret",
            en="The account has another role at the unit than in the register",
            da="Kontoen har en anden rolle på enheden end i registret",
        ),
        Text(
            sv="Rätta rollen i plattformen, eller i registret om plattformen har rätt",
            en="Correct the role in the platform, or in the register where the platform is right",
            da="Ret rollen i platformen, eller i registret, hvis platformen har ret",
        ),
    ),
    "stale_name": warning(
        Mender.supplier,
        Text(
            sv="Plattformen visar ett annat namn än registret",
            en="The platform shows another name than the register",
            da="Platformen viser et andet navn end registret",
        ),
        Text(sv="Kör plattformens import", en="Run the platform's import", da="Kør platformens import"),
    ),
    "wrong_login": error(
        Mender.it,
        Text(
            sv="Kontot har en annan inloggning än registret; personen kommer troligen inte in",
            en="The account has another login name than the register; the person probably cannot log in",
            da="Kontoen har et andet login end registret; personen kan sandsynligvis ikke logge ind",
        ),
        Text(
            sv="Rätta inloggningen där den är fel",
            en="Correct the login where it is wrong",
            da="Ret det forkerte login",
        ),
    ),
    "duplicate_account": error(
        Mender.supplier,
        Text(
            sv="Personen har flera konton i plattformen",
            en="The person has several accounts in the platform",
            da="Personen har flere konti i platformen",
        ),
        Text(sv="Slå ihop kontona i plattformen", en="Merge the accounts in the platform", da="Slå kontiene sammen"),
    ),
    "account_conflict": error(
        Mender.register_admin,
        Text(
            sv="Kontots id, inloggning och personnummer pekar på olika personer",
            en="The account's id, login and national number point at different persons",
            da="Kontoens id, login og personnummer peger på forskellige personer",
        ),
        Text(
            sv="Avgör vems kontot är, och rätta det värde som är någon annans",
            en="Settle whose account it is, and correct the value that is somebody else's",
            da="Afgør, hvis konto det er, og ret den værdi, der er en andens",
        ),
    ),
    "missing_unit": error(
        Mender.supplier,
        Text(
            sv="Enheten finns inte i plattformens export",
            en="The unit is not in the platform's export",
            da="Enheden er ikke i platformens eksport",
        ),
        Text(
            sv="Lägg upp enheten i plattformen, eller ta med den i exporten",
            en="Set the unit up in the platform, or include it in the export",
            da="Opret enheden i platformen, eller tag den med i eksporten",
        ),
    ),
    "unknown_unit": error(
        Mender.supplier,
        Text(
            sv="Plattformens enhet finns inte i registret",
            en="The platform's unit is not in the register",
            da="Platformens enhed findes ikke i registret",
        ),
        Text(
            sv="Ge enheten registrets id eller skolenhetskod i plattformen",
            en="Give the unit the register's id or school unit code in the platform",
            da="Giv enheden registrets id eller skolekode i platformen",
        ),
    ),
    "accounts_not_compared": error(
        Mender.it,
        Text(
            sv="Enhetens elever eller personal jämförs inte: källans mappning läser inga sådana konton",
            en="The unit's pupils or staff are not compared: the source's mapping reads no such accounts",
            da="Enhedens elever eller personale sammenlignes ikke: kildens mapning læser ingen sådanne konti",
        ),
        Text(
            sv="Ta med dem i exporten och i källans mappning, eller låt kunden besluta att de inte jämförs",
            en="Include them in the export and the source's mapping, or let the customer decide not to compare them",
            da="Tag dem med i eksporten og i kildens mapning, eller lad kunden beslutte ikke at sammenligne dem",
        ),
    ),
    "never_logged_in": info(
        Mender.school,
        Text(
            sv="Personen har aldrig loggat in i plattformen",
            en="The person has never logged in to the platform",
            da="Personen har aldrig logget ind i platformen",
        ),
        Text(
            sv="Kontrollera att personen kommer in",
            en="Check that the person gets in",
            da="Kontrollér, at personen kan komme ind",
        ),
    ),
    "missing_group": error(
        Mender.supplier,
        Text(
            sv="Klassen eller gruppen finns i registret men inte i plattformen",
            en="The class or group is in the register and not in the platform",
            da="Klassen eller gruppen er i registret, men ikke i platformen",
        ),
        Text(sv="Kör plattformens import", en="Run the platform's import", da="Kør platformens import"),
    ),
    "extra_group": error(
        Mender.supplier,
        Text(
            sv="Klassen eller gruppen finns i plattformen men inte i registret",
            en="The class or group is in the platform and not in the register",
            da="Klassen eller gruppen er i platformen, men ikke i registret",
        ),
        Text(
            sv="Ta bort gruppen i plattformen, eller ge den registrets id om den finns där",
            en="Remove the group in the platform, or give it the register's id if it is there",
            da="Fjern gruppen i platformen, eller giv den registrets id, hvis den findes der",
        ),
    ),
    "missing_member": error(
        Mender.supplier,
        Text(
            sv="Personen saknas i klassen eller gruppen i plattformen",
            en="The person is missing from the class or group in the platform",
            da="Personen mangler i klassen eller gruppen i platformen",
        ),
        Text(
            sv="Kör plattformens import; rätta gruppen i plattformen om den är satt för hand",
            en="Run the platform's import; correct the group in the platform if it was set by hand",
            da="Kør platformens import; ret gruppen i platformen, hvis den er sat manuelt",
        ),
    ),
    "extra_member": error(
        Mender.supplier,
        Text(
            sv="Personen ligger i en klass eller grupp där den inte hör hemma enligt registret",
            en="The person is in a class or group where the register does not put them",
            da="Personen ligger i en klasse eller gruppe, som den ikke hører til ifølge registret",
        ),
        Text(
            sv="Ta bort personen ur gruppen, eller rätta registret om plattformen har rätt",
            en="Take the person out of the group, or correct the register where the platform is right",
            da="Fjern personen fra gruppen, eller ret registret, hvis platformen har ret",
        ),
    ),
    "groups_not_compared": warning(
        Mender.it,
        Text(
            sv="Klasser eller grupper jämförs inte: plattformens export berättar inte om dem",
            en="Classes or groups are not compared: the platform's export does not tell of them",
            da="Klasser eller grupper sammenlignes ikke: platformens eksport fortæller ikke om dem",
        ),
        Text(
            sv="Ta med dem i exporten och peka ut kolumnerna i källans mappning",
            en="Include them in the export, and name the columns in the source's mapping",
            da="Tag dem med i eksporten, og udpeg kolonnerne i kildens mapning",
        ),
    ),
    "missing_guardian": error(
        Mender.supplier,
        Text(
            sv="En vårdnadshavare i registret är inte kopplad till barnet i plattformen",
            en="A guardian in the register is not tied to the child in the platform",
            da="En forælder i registret er ikke knyttet til barnet i platformen",
        ),
        Text(
            sv="Kör plattformens import; titta på den tänkbara orsaken om kopplingen fortfarande saknas",
            en="Run the platform's import; look at the likely cause if the tie is still missing",
            da="Kør platformens import; se på den sandsynlige årsag, hvis tilknytningen stadig mangler",
        ),
    ),
    "extra_guardian": error(
        Mender.supplier,
        Text(
            sv="Någon är kopplad till barnet i plattformen utan att vara vårdnadshavare enligt registret",
            en="Somebody is tied to the child in the platform who is no guardian according to the register",
            da="Nogen er knyttet til barnet i platformen uden at være forælder ifølge registret",
        ),
        Text(
            sv="Ta bort kopplingen i plattformen nu: den som har den kan se barnets uppgifter",
            en="Remove the tie in the platform now: whoever has it may see the child's data",
            da="Fjern tilknytningen i platformen nu: den, der har den, kan se barnets oplysninger",
        ),
    ),
    "guardians_not_compared": warning(
        Mender.it,
        Text(
            sv="Vårdnadshavare jämförs inte: plattformens export berättar inte om dem",
            en="Guardians are not compared: the platform's export does not tell of them",
            da="Forældre sammenlignes ikke: platformens eksport fortæller ikke om dem",
        ),
        Text(
            sv="Ta med dem i exporten och peka ut kolumnerna i källans mappning",
            en="Include them in the export, and name the columns in the source's mapping",
            da="Tag dem med i eksporten, og udpeg kolonnerne i kildens mapning",
        ),
    ),
}

CAUSES: dict[str, Text] = {
    "not_imported_yet": Text(
        sv="Uppgiften är ny i registret; plattformens import har troligen inte körts sedan dess",
        en="It is new in the register; the platform's import has probably not run since",
        da="Oplysningen er ny i registret; platformens import er sandsynligvis ikke kørt siden",
    ),
    "login_missing": Text(
        sv="Personen saknar inloggning i registret",
        en="The person has no login name in the register",
        da="Personen har intet login i registret",
    ),
    "protected_identity": Text(
        sv="Skyddade personuppgifter: plattformen har troligen filtrerat bort personen",
        en="Protected identity: the platform has probably filtered the person out",
        da="Beskyttet identitet: platformen har sandsynligvis filtreret personen fra",
    ),
    "no_shared_key": Text(
        sv="Kontot har varken registrets id eller inloggning; det är troligen skapat för hand",
        en="The account has neither the register's id nor its login; it was probably made by hand",
        da="Kontoen har hverken registrets id eller login; den er sandsynligvis oprettet manuelt",
    ),
    "not_in_register": Text(
        sv="Inloggningen finns inte i registret: personen har slutat för länge sedan eller hör till någon annan",
        en="The login is not in the register: the person left long ago or belongs to somebody else",
        da="Login findes ikke i registret: personen er stoppet for længe siden eller hører til en anden",
    ),
    "left_register": Text(
        sv="Personen har lämnat registret, men plattformen har inte följt efter",
        en="The person has left the register and the platform has not followed",
        da="Personen har forladt registret, og platformen er ikke fulgt med",
    ),
    "moved": Text(
        sv="Personen har bytt enhet i registret",
        en="The person has moved to another unit in the register",
        da="Personen har skiftet enhed i registret",
    ),
    "set_by_hand": Text(
        sv="Registret har aldrig sagt så; det är troligen satt för hand i plattformen",
        en="The register never said so; it was probably set by hand in the platform",
        da="Registret har aldrig sagt det; det er sandsynligvis sat manuelt i platformen",
    ),
    "changed_in_register": Text(
        sv="Registret har ändrats, men plattformen har inte följt efter",
        en="The register has changed and the platform has not followed",
        da="Registret er ændret, og platformen er ikke fulgt med",
    ),
    "marking_not_followed": Text(
        sv="Plattformen följer inte registrets skyddsmarkering",
        en="The platform does not follow the register's protection marking",
        da="Platformen følger ikke registrets beskyttelsesmarkering",
    ),
    "two_keys": Text(
        sv="Personen har fått ett konto per id",
        en="The person has got one account per id",
        da="Personen har fået en konto pr. id",
    ),
    "not_in_export": Text(
        sv="Källans mappning nämner inga sådana rader, eller exporten har inga",
        en="The source's mapping names no such rows, or the export has none",
        da="Kildens mapning nævner ingen sådanne rækker, eller eksporten har ingen",
    ),
    "not_used": Text(sv="Kontot har inte använts", en="The account has not been used", da="Kontoen er ikke brugt"),
    "unknown": Text(sv="Orsaken är okänd", en="The cause is not known", da="Årsagen er ukendt"),
}

# What each kind counts as when drift is told: rows missing, stale or double. The others are no drift.
MISSING = frozenset(
    {
        "missing_account",
        "missing_place",
        "inactive_account",
        "missing_unit",
        "missing_group",
        "missing_member",
        "missing_guardian",
    }
)
DUPLICATE = frozenset({"duplicate_account", "account_conflict"})
NOT_COMPARED = {
    "accounts_not_compared": "accounts",
    "groups_not_compared": "groups",
    "guardians_not_compared": "guardians",
}
# A platform that leaves out whom it must not show does as it is told.
EXCUSED = "protected_identity"
STALE = frozenset(RULES) - MISSING - DUPLICATE - {"never_logged_in", *NOT_COMPARED}
