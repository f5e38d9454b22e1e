"""National numbers. A bad number is a finding; the person is kept."""

from services.sync.rules.rule import Mender, Rule, info, warning
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "id_is_national_number": warning(
        Mender.it,
        Text(
            sv="Registrets id är ett personnummer och sparas bara som hashvärde",
            en="The register's id is a national number and is only kept as a hash",
            da="Registrets id er et personnummer og gemmes kun som hashværdi",
        ),
        Text(
            sv="Exportera ett internt id i stället",
            en="Export an internal id instead",
            da="Eksportér et internt id i stedet",
        ),
    ),
    "civic_malformed": warning(
        Mender.register_admin,
        Text(
            sv="Personnumret har fel form", en="The national number is malformed", da="Personnummeret har forkert form"
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "civic_date": warning(
        Mender.register_admin,
        Text(
            sv="Personnumret har ett omöjligt datum",
            en="The national number has no real date",
            da="Personnummeret har en umulig dato",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "civic_check_digit": warning(
        Mender.register_admin,
        Text(
            sv="Personnumrets kontrollsiffra stämmer inte",
            en="The national number's check digit is wrong",
            da="Personnummerets kontrolciffer passer ikke",
        ),
        Text(sv="Rätta uppgiften i registret", en="Correct it in the register", da="Ret oplysningen i registret"),
    ),
    "civic_interim": info(
        Mender.register_admin,
        Text(
            sv="Tillfälligt nummer (T-nummer eller liknande)",
            en="An interim number (T number or similar)",
            da="Midlertidigt nummer",
        ),
        Text(
            sv="Byt till personnummer när det finns",
            en="Change to a national number when there is one",
            da="Skift til personnummer, når der er et",
        ),
    ),
    "civic_spreadsheet": warning(
        Mender.it,
        Text(
            sv="Ett kalkylprogram har gjort om personnumret till ett flyttal",
            en="A spreadsheet has turned the national number into a floating-point number",
            da="Et regneark har gjort personnummeret til et decimaltal",
        ),
        Text(
            sv="Exportera direkt ur registret, inte via ett kalkylprogram",
            en="Export straight from the register, not through a spreadsheet",
            da="Eksportér direkte fra registret, ikke via et regneark",
        ),
    ),
    "civic_changed": warning(
        Mender.register_admin,
        Text(
            sv="Personens personnummer har ändrats",
            en="The person's national number has changed",
            da="Personens personnummer er ændret",
        ),
        Text(
            sv="Kontrollera att det är samma person",
            en="Check that it is the same person",
            da="Kontrollér, at det er den samme person",
        ),
    ),
}
