"""What can be wrong with a session."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CapacityBelowTaken(Conflict):
    slug = "capacity-below-taken"
    title = Text(sv="Fler är bokade än så", en="More seats are taken than that", da="Flere pladser er optaget")


class ParticipantsBusy(Conflict):
    slug = "participants-busy"
    title = Text(
        sv="Deltagare har ett annat tillfälle då",
        en="People in it have another session then",
        da="Deltagere har en anden session på det tidspunkt",
    )
    mend = Text(
        sv="Välj en annan tid, eller flytta ändå med allowOverlaps; enrolmentIds nämner de första som krockar",
        en="Choose another time, or move it all the same with allowOverlaps; enrolmentIds names the first who clash",
        da="Vælg et andet tidspunkt, eller flyt alligevel med allowOverlaps; enrolmentIds nævner de første",
    )


class SessionClosed(Conflict):
    slug = "session-closed"
    title = Text(sv="Tillfället är avslutat", en="The session is closed", da="Sessionen er lukket")
    mend = Text(
        sv="Planera ett nytt tillfälle; det här är genomfört eller inställt",
        en="Plan a new session; this one is held or cancelled",
        da="Planlæg en ny session; denne er afholdt eller aflyst",
    )
