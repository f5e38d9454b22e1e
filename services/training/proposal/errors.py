"""What can be wrong with a plan."""

from shared.kit.problems import Conflict, Unavailable
from shared.kit.text import Text


class PlanMoved(Conflict):
    slug = "plan-moved"
    title = Text(
        sv="Förutsättningarna har ändrats sedan planen gjordes",
        en="What the plan rests on has changed since it was made",
        da="Forudsætningerne er ændret, siden planen blev lavet",
    )
    mend = Text(
        sv="Gör en ny plan; moved säger vad som har ändrats",
        en="Make a new plan; moved tells what has changed",
        da="Lav en ny plan; moved fortæller, hvad der er ændret",
    )


class PlanFaulty(Conflict):
    slug = "plan-faulty"
    title = Text(sv="Planen bryter mot regler", en="The plan breaks rules", da="Planen bryder regler")
    mend = Text(
        sv="Gör en ny plan; faults säger vilka regler",
        en="Make a new plan; faults tells which rules",
        da="Lav en ny plan; faults fortæller hvilke regler",
    )


class PlanNotOpen(Conflict):
    slug = "plan-not-open"
    title = Text(
        sv="Planen är inte i ett sådant skede", en="The plan is not at that stage", da="Planen er ikke på det trin"
    )
    mend = Text(
        sv="Läs planens state: först proposed, sedan approved, sedan published",
        en="Read the plan's state: first proposed, then approved, then published",
        da="Læs planens state: først proposed, så approved, så published",
    )


class PlanClashes(Conflict):
    slug = "plan-clashes"
    title = Text(
        sv="Någon fick ingen plats i sitt tillfälle",
        en="Somebody got no seat in their session",
        da="Nogen fik ingen plads i sin session",
    )
    mend = Text(
        sv="Ingenting är publicerat; gör en ny plan",
        en="Nothing is published; make a new plan",
        da="Intet er offentliggjort; lav en ny plan",
    )


class SolverLost(Unavailable):
    slug = "solver-lost"
    title = Text(sv="Beräkningen avbröts", en="The calculation was cut off", da="Beregningen blev afbrudt")
