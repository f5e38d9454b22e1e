"""Grace periods on the wire."""

from typing import Annotated

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

Days = Annotated[int, Field(ge=1, le=3650)]


class GracePublic(ApiModel):
    """Days from the end of a person in the register until the person is erased; who comes back before keeps the id.

    Who had several parts is kept for the longest of them.
    """

    model_config = example({"pupilDays": 365, "staffDays": 90, "guardianDays": 30, "allowedActions": []})

    pupil_days: int
    staff_days: int
    guardian_days: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class GracePatch(ApiInput):
    """Leave out what stays."""

    model_config = example({"guardianDays": 60})

    pupil_days: Days | None = None
    staff_days: Days | None = None
    guardian_days: Days | None = None
