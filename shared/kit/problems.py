"""Errors that a caller can act on, as problem details (RFC 9457).

A business error is a subclass of a class here that states its fact; the edge turns it into one
`application/problem+json` document. Nothing below the edge knows HTTP beyond the status number.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from shared.kit.text import Lang, Text

TYPE_BASE = "https://startklar.dev/problems/"


class FieldError(BaseModel):
    """One place in the request that must be mended.

    `pointer` is a JSON pointer into the body (`#/startMonth`) or a parameter (`query:limit`, `header:If-Match`);
    `code` is stable for programs, `detail` is for people.
    """

    model_config = ConfigDict(frozen=True)

    pointer: str
    detail: Text | str
    code: str = "invalid"


class Problem(Exception):
    """Base of every error with a meaning for the caller; `slug` is the stable last segment of its type URI."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[Text] = Text(sv="Internt fel", en="Internal error", da="Intern fejl")
    mend: ClassVar[Text | None] = None
    """What the caller can do about it: the detail where none is given."""

    def __init__(
        self,
        detail: Text | str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail.en if isinstance(detail, Text) else detail or self.title.en)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions

    def document(self, lang: Lang, instance: str | None = None) -> dict[str, Any]:
        """The problem document in `lang`; `instance` is the path of the request."""
        body: dict[str, Any] = {
            "type": TYPE_BASE + self.slug,
            "title": self.title.pick(lang),
            "status": self.status,
            "detail": _pick(self.detail or self.mend, lang) or self.title.pick(lang),
            "instance": instance,
        }
        if self.errors:
            body["errors"] = [
                {"pointer": e.pointer, "detail": _pick(e.detail, lang), "code": e.code} for e in self.errors
            ]
        return body | self.extensions


def _pick(text: Text | str | None, lang: Lang) -> str | None:
    return text.pick(lang) if isinstance(text, Text) else text


class BadRequest(Problem):
    status = 400
    slug = "bad-request"
    title = Text(
        sv="Begäran går inte att tolka",
        en="The request cannot be understood",
        da="Forespørgslen kan ikke forstås",
    )


class Unauthenticated(Problem):
    """No acceptable token; answers with the challenge of RFC 6750 section 3."""

    status = 401
    slug = "unauthenticated"
    title = Text(sv="Inloggning krävs", en="Authentication is required", da="Login kræves")


class StepUpNeeded(Problem):
    """The login was too weak or too old for this data (RFC 9470)."""

    status = 401
    slug = "insufficient-user-authentication"
    title = Text(sv="Starkare inloggning krävs", en="A stronger login is required", da="Et stærkere login kræves")


class Forbidden(Problem):
    status = 403
    slug = "forbidden"
    title = Text(sv="Behörighet saknas", en="Not permitted", da="Ikke tilladt")


class NotFound(Problem):
    """Does not exist, or the caller may not know that it does."""

    status = 404
    slug = "not-found"
    title = Text(sv="Finns inte", en="Not found", da="Findes ikke")


class MethodNotAllowed(Problem):
    status = 405
    slug = "method-not-allowed"
    title = Text(sv="Metoden stöds inte", en="Method not allowed", da="Metoden understøttes ikke")


class Conflict(Problem):
    status = 409
    slug = "conflict"
    title = Text(
        sv="Konflikt med nuvarande tillstånd",
        en="Conflict with the present state",
        da="Konflikt med den nuværende tilstand",
    )


class StaleVersion(Problem):
    """Somebody changed the resource since the caller read it (RFC 9110 section 13.1.1)."""

    status = 412
    slug = "stale-version"
    title = Text(sv="Någon annan har ändrat", en="Changed by somebody else", da="Ændret af en anden")


class TooLarge(Problem):
    status = 413
    slug = "too-large"
    title = Text(sv="För stort innehåll", en="Content too large", da="Indholdet er for stort")


class UnsupportedMedia(Problem):
    status = 415
    slug = "unsupported-media-type"
    title = Text(sv="Medietypen stöds inte", en="Unsupported media type", da="Medietypen understøttes ikke")


class Invalid(Problem):
    status = 422
    slug = "invalid-input"
    title = Text(sv="Ogiltiga uppgifter", en="Invalid input", da="Ugyldige oplysninger")


class PreconditionMissing(Problem):
    """A change must name the version that it is based on (RFC 6585 section 3)."""

    status = 428
    slug = "precondition-required"
    title = Text(sv="If-Match krävs", en="If-Match is required", da="If-Match kræves")


class TooManyRequests(Problem):
    status = 429
    slug = "too-many-requests"
    title = Text(sv="För många anrop", en="Too many requests", da="For mange kald")


class InternalError(Problem):
    """What the caller sees of a fault of ours: nothing but that it happened."""


class Unavailable(Problem):
    status = 503
    slug = "unavailable"
    title = Text(sv="Tillfälligt otillgänglig", en="Temporarily unavailable", da="Midlertidigt utilgængelig")
