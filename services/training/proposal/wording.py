"""Why there is no plan and what it would take, in words."""

from collections.abc import Mapping
from typing import Any

from shared.kit.text import Text

_MEET = Text(
    sv="Av {people} personer ({forms}) kan högst {most} träffas samtidigt, och ett tillfälle kräver {low}. {rules}",
    en="Of {people} people ({forms}) at most {most} can meet at once, and a session needs {low}. {rules}",
    da="Af {people} personer ({forms}) kan højst {most} mødes samtidig, og en session kræver {low}. {rules}",
)
_TOGETHER = Text(
    sv="För {people} personer ({forms}) går detta inte ihop. {rules}",
    en="For {people} people ({forms}) this cannot be had together. {rules}",
    da="For {people} personer ({forms}) går dette ikke op. {rules}",
)
_RULES = {
    "min_size": Text(sv="minsta gruppstorlek", en="the least size of a session", da="mindste gruppestørrelse"),
    "cap": Text(
        sv="hur många som får vara borta samtidigt från en enhet",
        en="how many of a unit may be away at once",
        da="hvor mange der må være væk fra en enhed på én gang",
    ),
    "parallel": Text(
        sv="antalet salar, utbildare och samtidiga tillfällen",
        en="the number of rooms, trainers and sessions at once",
        da="antallet af lokaler, undervisere og samtidige sessioner",
    ),
    "availability": Text(sv="när personerna kan", en="when people can come", da="hvornår personerne kan"),
    "choices": Text(
        sv="antalet dagar att välja på", en="the days to choose among", da="antallet af dage at vælge imellem"
    ),
    "key_first": Text(
        sv="att nyckelpersoner går före", en="that key persons go first", da="at nøglepersoner går først"
    ),
}
_SUFFICES = Text(
    sv="Det räcker att ge upp en av dessa regler: {rules}.",
    en="Giving up one of these rules is enough: {rules}.",
    da="Det er nok at opgive én af disse regler: {rules}.",
)
_SEVERAL = Text(
    sv="Ingen enskild regel räcker att ge upp.",
    en="No single rule is enough to give up.",
    da="Ingen enkelt regel er nok at opgive.",
)
_ALL = Text(sv="alla", en="all", da="alle")
_RELAXATIONS = {
    "smaller_sessions": Text(
        sv="Tillfällen från {amount} personer", en="Sessions from {amount} people", da="Sessioner fra {amount} personer"
    ),
    "higher_caps": Text(
        sv="{amount} procentenheter fler får vara borta samtidigt",
        en="{amount} percentage points more may be away at once",
        da="{amount} procentpoint flere må være væk på én gang",
    ),
    "extra_slots": Text(
        sv="{amount} extra tider, till exempel kvällar",
        en="{amount} more slots, such as evenings",
        da="{amount} ekstra tider, for eksempel aftener",
    ),
    "mixed_forms": Text(sv="Skolformer tillsammans", en="School forms together", da="Skoleformer sammen"),
    "fewer_choices": Text(
        sv="Inget krav på dagar att välja på", en="No demand on days to choose among", da="Intet krav om dage at vælge"
    ),
    "any_order": Text(
        sv="Nyckelpersoner går inte först", en="Key persons do not go first", da="Nøglepersoner går ikke først"
    ),
}


def conflict_text(found: Mapping[str, Any], lang: Any) -> str:
    """One conflict in a sentence or two."""
    named = ", ".join(_RULES[rule].pick(lang) for rule in found["rules"])
    rules = _SUFFICES.format(rules=named).pick(lang) if named else _SEVERAL.pick(lang)
    forms = ", ".join(form for form in found["forms"] if form) or _ALL.pick(lang)
    text = _MEET if found["most"] < found["low"] else _TOGETHER
    return text.format(people=found["people"], forms=forms, most=found["most"], low=found["low"], rules=rules).pick(
        lang
    )


def relaxation_text(found: Mapping[str, Any], lang: Any) -> str:
    """One way out in a few words."""
    return _RELAXATIONS[found["kind"]].format(amount=found["amount"]).pick(lang)
