"""An enrolment as callers see it, with what they may do about it."""

from fastapi import Request

from services.training.enrolment.auth import ENROLLERS
from services.training.enrolment.schemas import EnrolmentPublic
from services.training.session.models import Enrolment
from shared.auth import Principal, Scope
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action, refusal

_OVER = Text(sv="Anmälan är avslutad", da="Tilmeldingen er afsluttet", en="The enrolment is over")
_NO_OFFER = Text(sv="Ingen plats är erbjuden", da="Ingen plads er tilbudt", en="No seat is offered")
_NOT_SEATED = Text(sv="Ingen plats är bekräftad", da="Ingen plads er bekræftet", en="No seat is confirmed")

_ACTIONS = {
    "cancel": ("cancellations", ("confirmed", "offered", "waiting", "partial"), _OVER),
    "accept": ("acceptances", ("offered", "waiting"), _NO_OFFER),
    "move": ("moves", ("confirmed", "offered", "waiting", "partial"), _OVER),
    "swap": ("swaps", ("confirmed",), _NOT_SEATED),
    "substitute": ("substitutions", ("confirmed",), _NOT_SEATED),
}


def show_enrolment(enrolment: Enrolment, name: str, caller: Principal, request: Request, lang: Lang) -> EnrolmentPublic:
    """The enrolment with the person's name."""
    denied = refusal(caller, Scope.enrolments_write, ENROLLERS)
    path = f"/training/v1/enrolments/{enrolment.id}"
    actions = [
        allowed_action(
            request, lang, action, "POST", f"{path}/{last}",
            refused=denied or (None if enrolment.state in states else reason),
        )
        for action, (last, states, reason) in _ACTIONS.items()
    ]  # fmt: skip
    return EnrolmentPublic.model_validate({**enrolment.model_dump(), "display_name": name, "allowed_actions": actions})
