"""What can be wrong about making a project from a template."""

from collections.abc import Sequence

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class ChoicesInvalid(Invalid):
    """The request does not fit the template; `errors` names each place."""

    slug = "template-choices-invalid"
    title = Text(
        sv="Valen passar inte mallen", en="The choices do not fit the template", da="Valgene passer ikke til skabelonen"
    )

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            Text(
                sv=f"{len(errors)} val passar inte mallen",
                en=f"{len(errors)} choices do not fit the template",
                da=f"{len(errors)} valg passer ikke til skabelonen",
            ),
            errors=errors,
        )


class PlanTooLarge(Invalid):
    """More rows than are written while a caller waits."""

    slug = "plan-too-large"
    title = Text(sv="Planen är för stor för ett svar", en="The plan is too large to wait for")

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(
            Text(
                sv=f"Planen har {rows} rader per enhet; fler än {limit} görs som ett jobb: POST /instantiations",
                en=f"The plan has {rows} rows per unit; more than {limit} are made by a job: POST /instantiations",
            )
        )


class InstantiationNotFound(NotFound):
    slug = "instantiation-not-found"
    title = Text(sv="Skrivningen av planen finns inte", en="There is no such writing of a plan")


class UpgradeUndecided(Invalid):
    """Conflicts that nobody decided, or decisions about rows that are no conflict; `errors` names each row."""

    slug = "upgrade-undecided"
    title = Text(sv="Uppgraderingen är inte avgjord", en="The upgrade is not decided")


class NoUpgrade(Conflict):
    """The project follows this version, or another template."""

    slug = "no-upgrade"
    title = Text(sv="Ingen uppgradering", en="No upgrade")
