"""Parameters of OAuth requests: each at most once (RFC 6749 sections 3.1 and 3.2), of bounded number and size."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from services.identity.protocol.refusal import Refusal

MAX_PARAMETERS = 40
MAX_VALUE = 8192
FORM = "application/x-www-form-urlencoded"


class Parameters:
    """The parameters by name; an empty value counts as absent, as the RFC has it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    @classmethod
    def parse(cls, raw: str) -> "Parameters":
        """From a query string or an urlencoded body; raises Refusal(invalid_request)."""
        try:
            pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
        except (ValueError, UnicodeDecodeError) as error:
            raise Refusal("invalid_request", "the parameters cannot be read") from error
        values: dict[str, str] = {}
        for name, value in pairs:
            if name in values:
                raise Refusal("invalid_request", "a parameter is given more than once")
            if len(value) > MAX_VALUE or "\x00" in value:
                raise Refusal("invalid_request", "a parameter is too long or holds a character that is not allowed")
            values[name] = value
        return cls(values)

    @classmethod
    def parse_body(cls, body: bytes, content_type: str | None) -> "Parameters":
        """From a POST body; raises Refusal(invalid_request) unless it is urlencoded ASCII."""
        if (content_type or "").partition(";")[0].strip().lower() != FORM:
            raise Refusal("invalid_request", f"the body must be {FORM}")
        try:
            return cls.parse(body.decode("ascii"))
        except UnicodeDecodeError as error:
            raise Refusal("invalid_request", "the parameters cannot be read") from error

    def all(self) -> dict[str, str]:
        return dict(self._values)

    def get(self, name: str) -> str | None:
        return self._values.get(name) or None

    def need(self, name: str) -> str:
        """The value; raises Refusal(invalid_request) naming what is missing."""
        value = self.get(name)
        if value is None:
            raise Refusal("invalid_request", f"{name} is missing")
        return value


def only_header(headers: Sequence[str]) -> str | None:
    """The value of a header that may be sent once; raises Refusal(invalid_request) for more."""
    if len(headers) > 1:
        raise Refusal("invalid_request", "more than one Authorization header")
    return headers[0] if headers else None
