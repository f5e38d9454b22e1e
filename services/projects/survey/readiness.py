"""Our own eight topics of readiness, optional and marked as ours: the source names none (AU-V)."""

from services.projects.survey.questions import Question
from shared.kit.text import Text

KEY = "startklar_readiness"
TITLE = Text(sv="Är ni redo?", en="Are you ready?", da="Er I parate?")
_TOPICS = {
    "anchoring": Text(
        sv="Ledningen på alla nivåer vet vad som ska göras och står bakom det",
        en="Management at every level knows what will be done and stands behind it",
        da="Ledelsen på alle niveauer ved, hvad der skal ske, og bakker op",
    ),
    "resources": Text(
        sv="De som ska göra arbetet har fått tid för det",
        en="Those who will do the work have been given time for it",
        da="De, der skal gøre arbejdet, har fået tid til det",
    ),
    "budget": Text(
        sv="Pengarna för hela införandet är beslutade",
        en="The money for the whole introduction is decided",
        da="Pengene til hele indførelsen er besluttet",
    ),
    "contact_point": Text(
        sv="En kontaktperson är utsedd och känd av alla",
        en="A contact person is appointed and known to all",
        da="En kontaktperson er udpeget og kendt af alle",
    ),
    "roles": Text(
        sv="Alla roller är bemannade, med ersättare",
        en="Every role is staffed, with a deputy",
        da="Alle roller er bemandede, med stedfortræder",
    ),
    "clean_up": Text(
        sv="Uppgifterna i registren är genomgångna och rättade",
        en="The data in the registers has been gone through and corrected",
        da="Data i registrene er gennemgået og rettet",
    ),
    "training_plan": Text(
        sv="Det finns en plan för vem som utbildas när",
        en="There is a plan for who is trained when",
        da="Der er en plan for, hvem der uddannes hvornår",
    ),
    "identity": Text(
        sv="Alla kan logga in på det sätt som uppgifterna kräver",
        en="Everybody can log in as the data demands",
        da="Alle kan logge ind, sådan som oplysningerne kræver",
    ),
}
QUESTIONS = [Question(key=key, title=title) for key, title in _TOPICS.items()]
