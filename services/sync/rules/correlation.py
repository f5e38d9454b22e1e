"""Where a delivery contradicts itself or the roster: nothing ends by it before somebody has looked."""

from services.sync.rules.rule import Mender, Rule, error, warning
from shared.kit.text import Text

RULES: dict[str, Rule] = {
    "perhaps_same": warning(
        Mender.register_admin,
        Text(
            sv="En ny post har samma namn som någon som försvinner; ingen av dem ändras förrän fallet är avgjort",
            en="A new record bears the name of somebody who vanishes; neither changes before somebody has decided",
            da="En ny post har samme navn som en, der forsvinder; ingen af dem ændres, før nogen har afgjort sagen",
        ),
        Text(
            sv="Avgör bland korrelationsfallen om det är samma person",
            en="Decide among the correlation cases whether the two are one person",
            da="Afgør blandt korrelationssagerne, om det er den samme person",
        ),
    ),
    "enrolment_missing": warning(
        Mender.school,
        Text(
            sv="En elev finns i en klass men saknar inskrivning vid enheten; inskrivningen behålls",
            en="A pupil is in a class but has no enrolment at the unit; the enrolment is kept",
            da="En elev er i en klasse, men mangler indskrivning ved enheden; indskrivningen beholdes",
        ),
        Text(
            sv="Skriv in eleven igen eller ta bort eleven ur klassen i registret",
            en="Enrol the pupil again, or take the pupil out of the class in the register",
            da="Indskriv eleven igen, eller fjern eleven fra klassen i registret",
        ),
    ),
    "field_vanished": error(
        Mender.it,
        Text(
            sv="En uppgift som de flesta hade kommer nu tom; de kända värdena behålls",
            en="A field that most had comes empty now; the known values are kept",
            da="En oplysning, som de fleste havde, kommer nu tom; de kendte værdier beholdes",
        ),
        Text(
            sv="Kontrollera att exporten fortfarande får läsa uppgiften (behörighet, urval)",
            en="Check that the export may still read the field (permission, selection)",
            da="Kontrollér, at eksporten stadig må læse oplysningen (rettighed, udvalg)",
        ),
    ),
}
