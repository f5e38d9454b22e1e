"""Why a run cannot be read, approved or applied."""

from services.sync.reading.findings import Finding
from services.sync.rules.catalogue import RULES
from shared.kit.problems import Conflict, FieldError, Forbidden, Invalid
from shared.kit.text import Text


class DeliveryUnreadable(Invalid):
    """The delivery gave no plan; `errors` names the place and the mend."""

    slug = "delivery-unreadable"
    title = Text(sv="Leveransen går inte att läsa", en="The delivery cannot be read", da="Leverancen kan ikke læses")

    @classmethod
    def at(cls, finding: Finding) -> "DeliveryUnreadable":
        rule = RULES[finding.rule]
        place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part)
        mend = Text(sv=f"{rule.message.sv}. {rule.mend.sv}.", en=f"{rule.message.en}. {rule.mend.en}.")
        return cls(mend, errors=[FieldError(pointer=f"file:{place}", detail=mend, code=finding.rule)])


class UploadNotStored(Conflict):
    """Nothing was sent yet, or the file's time was over; `state` says which."""

    slug = "upload-not-stored"
    title = Text(sv="Filen finns inte", en="The file is not there", da="Filen er der ikke")
    mend = Text(
        sv="Skicka filens innehåll först, eller ladda upp den igen",
        en="Send the content of the file first, or upload it anew",
        da="Send filens indhold først, eller upload den igen",
    )


class PlatformIsCompared(Conflict):
    """What a platform delivers is compared with the roster and never applied to it: start a comparison instead."""

    slug = "platform-is-compared"
    title = Text(
        sv="Plattformens export läses aldrig in i registret",
        en="The platform's export is never applied to the roster",
        da="Platformens eksport indlæses aldrig i registret",
    )


class RunNotPlanned(Conflict):
    """Only a run that waits with a plan can be approved."""

    slug = "run-not-planned"
    title = Text(sv="Körningen har ingen plan som väntar", en="The run has no plan that waits", da="Ingen plan venter")
    mend = Text(
        sv="Läs körningen; bara en körning i läget planned kan godkännas",
        en="Read the run; only one in the state planned can be approved",
        da="Læs kørslen; kun en kørsel i tilstanden planned kan godkendes",
    )


class PlanHeld(Conflict):
    """Something is missing from the delivery itself; `reasons` says what. Nobody can release it: upload a whole one."""

    slug = "plan-held"
    title = Text(sv="Planen hålls tillbaka", en="The plan is held back", da="Planen holdes tilbage")
    mend = Text(
        sv="Rätta det som reasons nämner i källan och ladda upp en ny fil",
        en="Mend in the source what reasons names, and upload a new file",
        da="Ret i kilden det, som reasons nævner, og upload en ny fil",
    )


class ReasonMissing(Invalid):
    """A held plan is released by two persons, each of whom says why."""

    slug = "reason-missing"
    title = Text(sv="Ett skäl behövs", en="A reason is needed", da="En grund er nødvendig")
    mend = Text(
        sv="Skriv i reason varför planen är rätt trots det som reasons nämner",
        en="Write in reason why the plan is right despite what reasons names",
        da="Skriv i reason, hvorfor planen er rigtig trods det, som reasons nævner",
    )


class RunOver(Conflict):
    """Only a run that is queued or waits with a plan can be cancelled."""

    slug = "run-over"
    title = Text(sv="Körningen går inte att avbryta", en="The run cannot be cancelled", da="Kørslen kan ikke afbrydes")
    mend = Text(
        sv="Läs körningen; är den tillämpad kan den i stället ångras",
        en="Read the run; if it was applied, it can be undone instead",
        da="Læs kørslen; er den anvendt, kan den i stedet fortrydes",
    )


class PlanDiffers(Conflict):
    """The plan hash is not that of the plan: read the plan again before approving it."""

    slug = "plan-differs"
    title = Text(sv="Planen är en annan", en="The plan is another", da="Planen er en anden")
    mend = Text(
        sv="Läs planen igen och skicka dess planHash",
        en="Read the plan again and send its planHash",
        da="Læs planen igen og send dens planHash",
    )


class PlanStale(Conflict):
    """The roster has moved since the plan was made: make a new plan from the same upload."""

    slug = "plan-stale"
    title = Text(sv="Registret har ändrats sedan planen gjordes", en="The roster has moved", da="Registret er ændret")
    mend = Text(
        sv="Starta en ny körning på samma uppladdning",
        en="Start a new run on the same upload",
        da="Start en ny kørsel på samme upload",
    )


class AlreadyApproved(Conflict):
    """The same person approved before; this plan needs a second one."""

    slug = "second-person-needed"
    title = Text(sv="En andra person behövs", en="A second person is needed", da="En anden person er nødvendig")


class PersonApproves(Forbidden):
    """A program may load and plan; whoever answers for the register has looked at the plan, and a program has not."""

    slug = "person-approves"
    title = Text(sv="Bara en person godkänner", en="Only a person approves", da="Kun en person godkender")


class CustomerApproves(Forbidden):
    """The customer owns its register: the supplier may load and plan, never approve (X-OWN)."""

    slug = "customer-approves"
    title = Text(sv="Bara kunden godkänner", en="Only the customer approves", da="Kun kunden godkender")
