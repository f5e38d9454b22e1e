"""What can be wrong about an endpoint."""

from services.webhooks.endpoint.texts import REFUSALS
from shared.kit.egress import EgressRefused
from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class EndpointNotFound(NotFound):
    slug = "endpoint-not-found"
    title = Text(sv="Mottagaren finns inte", en="The endpoint does not exist", da="Modtageren findes ikke")


class TooManyEndpoints(Conflict):
    """The tenant has as many endpoints as it may have; `limit` says how many."""

    slug = "too-many-endpoints"
    title = Text(sv="För många mottagare", en="Too many endpoints", da="For mange modtagere")


class EndpointIsDisabled(Conflict):
    slug = "endpoint-is-disabled"
    title = Text(sv="Mottagaren är avstängd", en="The endpoint is disabled", da="Modtageren er slået fra")


class UrlRefused(Invalid):
    """The URL may not be called: wrong form, or its name leads somewhere that we never call."""

    slug = "endpoint-url-refused"
    title = Text(sv="Adressen kan inte användas", en="The URL cannot be used", da="Adressen kan ikke bruges")

    @classmethod
    def because(cls, refusal: EgressRefused) -> "UrlRefused":
        detail = REFUSALS[refusal.reason]
        return cls(detail, errors=[FieldError(pointer="#/url", detail=detail, code=refusal.code)])


class UnknownEventTypes(Invalid):
    slug = "unknown-event-types"
    title = Text(sv="Okända händelsetyper", en="Unknown event types", da="Ukendte hændelsestyper")
