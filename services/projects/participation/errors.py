"""What is wrong with who takes part in an activity."""

from collections.abc import Sequence

from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text


class ParticipantsInvalid(Invalid):
    """The participants do not fit the activity; `errors` names each place and what it should be."""

    slug = "participants-invalid"
    title = Text(
        sv="Deltagarna passar inte aktiviteten",
        en="The participants do not fit the activity",
        da="Deltagerne passer ikke til aktiviteten",
    )

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


ONE_ACCOUNTABLE = Text(
    sv="Exakt en deltagare ska vara ytterst ansvarig (A)",
    en="Exactly one participant must be accountable (A)",
    da="Præcis én deltager skal være ansvarlig (A)",
)
JOINT_NEEDS_BOTH = Text(
    sv="En gemensam rad behöver en utförare (R) på kundens och en på leverantörens sida",
    en="A joint row needs somebody responsible (R) on the customer's and on the supplier's side",
    da="En fælles række kræver en udførende (R) på både kundens og leverandørens side",
)
NO_ROLE = Text(
    sv="Projektet har ingen sådan roll", en="The project has no such role", da="Projektet har ingen sådan rolle"
)
ROLE_ELSEWHERE = Text(
    sv="Rollen hör till en annan sida", en="The role belongs to another side", da="Rollen hører til en anden side"
)
TWICE = Text(
    sv="Samma deltagare står två gånger", en="The same participant stands twice", da="Samme deltager står to gange"
)
OTHERS_PARTICIPANTS = Text(
    sv="Din sida får bara ändra sina egna deltagare och timmar på raden",
    en="Your side may change only its own participants and hours of the row",
)
