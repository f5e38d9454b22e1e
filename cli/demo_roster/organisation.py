"""The units: an authority with areas and schools of the five school forms, sized after the number of pupils."""

from dataclasses import dataclass
from random import Random

from cli.demo_roster.model import Unit
from cli.demo_roster.people import pools

AUTHORITY = "kommun"


@dataclass(frozen=True)
class Form:
    """How one school form is organised: its share of the pupils, the size of a school and of a home group."""

    name: str
    share: float
    school_size: int
    group_size: int
    grades: tuple[str, ...]
    area: str
    noun: str


FORMS = (
    Form("preschool", 0.22, 75, 18, ("",), "forskola", "förskola"),
    Form("compulsory", 0.56, 400, 25, tuple("0123456789"), "grundskola", "skola"),
    Form("upper_secondary", 0.17, 700, 28, ("1", "2", "3"), "gymnasium", "gymnasium"),
    Form("adult", 0.05, 600, 20, ("",), "gymnasium", "vuxenutbildning"),
)
_AREAS = {"forskola": "Förskolan", "grundskola": "Grundskola och fritidshem", "gymnasium": "Gymnasium och vuxna"}


def build_units(pupils: int, random: Random) -> tuple[list[Unit], dict[str, list[Unit]]]:
    """All units, parents first, and the schools by form. A compulsory school also runs the leisure centre."""
    units = [Unit(AUTHORITY, "Älvsunda kommun", "authority")]
    units += [Unit(key, name, "area", AUTHORITY) for key, name in _AREAS.items()]
    places = list(pools()["schools"])
    random.shuffle(places)
    schools: dict[str, list[Unit]] = {}
    for form in FORMS:
        count = max(1, round(pupils * form.share / form.school_size))
        for _ in range(count):
            turn, place = divmod(len(units), len(places))
            school = Unit(
                id=f"enhet{len(units):03}",
                # Beyond the list of places a school carries a number, so that names stay different.
                name=f"{_genitive(places[place])} {form.noun}" + (f" {turn + 1}" if turn else ""),
                kind="school",
                parent=form.area,
                forms=("compulsory", "leisure") if form.name == "compulsory" else (form.name,),
                code=f"99{len(units):06}",
            )
            units.append(school)
            schools.setdefault(form.name, []).append(school)
    return units, schools


def _genitive(name: str) -> str:
    return name if name.endswith(("s", "x", "z")) else name + "s"
