"""What can be wrong about programmes and waves."""

from services.projects.programme.vocabulary import WaveState, WaveStep
from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class ProgrammeNotFound(NotFound):
    slug = "programme-not-found"
    title = Text(sv="Programmet finns inte", en="No such programme", da="Programmet findes ikke")


class WaveNotFound(NotFound):
    slug = "wave-not-found"
    title = Text(sv="Vågen finns inte", en="No such wave", da="Bølgen findes ikke")


class ProgrammeKeyTaken(Conflict):
    slug = "programme-key-taken"
    title = Text(
        sv="Nyckeln är upptagen; välj en annan",
        en="The key is taken; choose another",
        da="Nøglen er optaget; vælg en anden",
    )


class ProgrammeClosed(Conflict):
    slug = "programme-closed"
    title = Text(sv="Programmet är avslutat", en="The programme is closed", da="Programmet er afsluttet")


class WaveStepRefused(Conflict):
    """The wave's state does not allow this step."""

    slug = "wave-step-refused"
    title = Text(
        sv="Vågens läge tillåter inte detta",
        en="The wave's state does not allow this",
        da="Bølgens status tillader det ikke",
    )

    def __init__(self, step: WaveStep, state: str, wanted: WaveState) -> None:
        super().__init__(
            Text(
                sv=f"Vågen är {state}; {step.name} kräver {wanted}",
                en=f"The wave is {state}; {step.name} needs {wanted}",
                da=f"Bølgen er {state}; {step.name} kræver {wanted}",
            ),
            state=state,
        )


class WaveKeyTaken(Conflict):
    slug = "wave-key-taken"
    title = Text(
        sv="Programmet har redan en våg med den nyckeln",
        en="The programme has a wave with that key already",
        da="Programmet har allerede en bølge med den nøgle",
    )


class AnchorsRefused(Invalid):
    """A day that the template does not ask for, or that is not in the calendar; `errors` names it."""

    slug = "anchors-refused"
    title = Text(sv="Dagarna går inte att använda", en="The days cannot be used", da="Dagene kan ikke bruges")

    @classmethod
    def unknown(cls, keys: list[str]) -> "AnchorsRefused":
        why = Text(
            sv="Mallen har ingen sådan dag", en="The template has no such day", da="Skabelonen har ingen sådan dag"
        )
        return cls(errors=[FieldError(pointer=f"#/anchors/{key}", detail=why, code="unknown") for key in keys])

    @classmethod
    def no_day(cls, key: str) -> "AnchorsRefused":
        why = Text(sv="Dagen finns inte", en="There is no such day", da="Dagen findes ikke")
        return cls(errors=[FieldError(pointer=f"#/anchors/{key}", detail=why, code="no_day")])


class WaveSizesContradict(Invalid):
    slug = "wave-sizes-contradict"
    title = Text(
        sv="Den minsta storleken är större än den största",
        en="The least size is greater than the greatest",
        da="Den mindste størrelse er større end den største",
    )
