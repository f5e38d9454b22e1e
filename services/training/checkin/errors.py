"""What can be wrong with attendance."""

from shared.kit.problems import Conflict, Forbidden, Invalid, NotFound
from shared.kit.text import Text


class CodeForged(Invalid):
    slug = "check-in-code-forged"
    title = Text(sv="Koden är inte vår", en="The code is not ours", da="Koden er ikke vores")
    mend = Text(
        sv="Läs av koden på utbildarens skärm igen",
        en="Scan the code on the trainer's screen again",
        da="Scan koden på underviserens skærm igen",
    )


class CodeOld(Conflict):
    slug = "check-in-code-old"
    title = Text(sv="Koden gäller inte längre", en="The code holds no longer", da="Koden gælder ikke længere")
    mend = Text(
        sv="Läs av koden som syns nu; den byts var halvminut",
        en="Scan the code that shows now; it changes every half minute",
        da="Scan koden, der vises nu; den skifter hvert halve minut",
    )


class DoorsClosed(Conflict):
    slug = "check-in-too-early"
    title = Text(sv="Incheckningen har inte öppnat", en="Check-in has not opened", da="Indtjekning er ikke åbnet")
    mend = Text(
        sv="Vänta till opensAt",
        en="Wait until opensAt",
        da="Vent til opensAt",
    )


class CheckInOver(Conflict):
    slug = "check-in-over"
    title = Text(sv="Incheckningen är stängd", en="Check-in is over", da="Indtjekning er slut")
    mend = Text(
        sv="Be utbildaren skriva in dig i närvarolistan",
        en="Ask the trainer to put you on the attendance list",
        da="Bed underviseren om at skrive dig på listen",
    )


class NotOnRoll(Conflict):
    slug = "not-enrolled-here"
    title = Text(
        sv="Du har ingen plats på detta tillfälle",
        en="You have no seat in this session",
        da="Du har ingen plads på denne session",
    )
    mend = Text(
        sv="Är freeSeats mer än noll: skicka walkIn; annars tala med utbildaren",
        en="Where freeSeats is more than zero, send walkIn; else speak to the trainer",
        da="Er freeSeats mere end nul: send walkIn; ellers tal med underviseren",
    )


class SeatGiven(Conflict):
    slug = "seat-given"
    title = Text(
        sv="Din plats gavs till någon annan",
        en="Your seat was given to somebody else",
        da="Din plads blev givet til en anden",
    )
    mend = Text(
        sv="Tala med utbildaren; du får plats på ett uppsamlingstillfälle",
        en="Speak to the trainer; there will be a catch-up session for you",
        da="Tal med underviseren; du får plads på en opsamlingssession",
    )


class ElsewhereNow(Conflict):
    slug = "enrolled-elsewhere"
    title = Text(
        sv="Din plats är på ett annat tillfälle",
        en="Your seat is in another session",
        da="Din plads er på en anden session",
    )
    mend = Text(
        sv="Gå till tillfället som sessionId nämner, eller flytta anmälan hit",
        en="Go to the session that sessionId names, or have the enrolment moved here",
        da="Gå til sessionen, som sessionId nævner, eller få tilmeldingen flyttet hertil",
    )


class NoPerson(Forbidden):
    slug = "not-in-the-roster"
    title = Text(
        sv="Ditt konto hör inte till någon i registret",
        en="Your account belongs to nobody in the roster",
        da="Din konto hører ikke til nogen i registret",
    )


class NoDoor(NotFound):
    slug = "no-door"
    title = Text(sv="Ingen kod har öppnats", en="No code has been opened", da="Ingen kode er åbnet")
    mend = Text(
        sv="Öppna incheckningen: POST …/doors",
        en="Open check-in: POST …/doors",
        da="Åbn indtjekningen: POST …/doors",
    )
