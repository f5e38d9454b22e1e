"""What can be wrong with a mentorship."""

from shared.kit.problems import Conflict, Forbidden
from shared.kit.text import Text


class MentorNotTrained(Conflict):
    slug = "mentor-not-trained"
    title = Text(sv="Mentorn saknar kursen", en="The mentor has not had the course", da="Mentoren har ikke haft kurset")
    mend = Text(
        sv="Välj någon som har gått kursen",
        en="Choose somebody who has had the course",
        da="Vælg en, der har haft kurset",
    )


class MenteeTrained(Conflict):
    slug = "mentee-trained"
    title = Text(sv="Har redan gått kursen", en="Has had the course already", da="Har allerede haft kurset")


class HasMentor(Conflict):
    slug = "has-mentor"
    title = Text(sv="Har redan en mentor", en="Has a mentor already", da="Har allerede en mentor")
    mend = Text(
        sv="Avsluta det mentorskap som mentorshipId nämner",
        en="End the mentorship that mentorshipId names",
        da="Afslut det mentorskab, som mentorshipId nævner",
    )


class TooManyMentees(Conflict):
    slug = "too-many-mentees"
    title = Text(sv="Mentorn har redan fem", en="The mentor has five already", da="Mentoren har allerede fem")
    mend = Text(sv="Välj en annan mentor", en="Choose another mentor", da="Vælg en anden mentor")


class MentorshipOver(Conflict):
    slug = "mentorship-over"
    title = Text(sv="Mentorskapet är avslutat", en="The mentorship has ended", da="Mentorskabet er afsluttet")


class PersonElsewhere(Forbidden):
    slug = "mentee-elsewhere"
    title = Text(
        sv="Personen arbetar inte på din enhet", en="Works at another unit", da="Personen arbejder ikke på din enhed"
    )
