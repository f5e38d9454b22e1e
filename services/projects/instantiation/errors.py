"""What can be wrong about making a project from a template."""

from collections.abc import Sequence

from shared.kit.problems import FieldError, Invalid
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
