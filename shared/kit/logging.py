"""JSON log lines, redacted by the name of the field: personal data and secrets never reach a log."""

import json
import logging
import re
import sys
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
import structlog

REDACTED = "[redacted]"

# Whole names or the last part of a compound name: `accountName` is redacted, `service` and `route` are not.
_SENSITIVE = re.compile(
    r"(^|_|(?<=[a-z]))(name|email|mail|phone|address|civic|civicno|personnummer|cpr|eppn|alias|birthdate"
    r"|token|secret|password|passphrase|authorization|cookie|assertion|code_verifier|dsn|database_url)s?$",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?i)(bearer|dpop|basic)\s+[a-z0-9._~+/=-]{8,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9._-]+")
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]+):([^/\s@]+)(?=@)")
# Without one of these none of the three is in a value, and to look for a word costs little.
_SUSPECT_WORDS = ("://", "eyj", "bearer", "dpop", "basic")
_SUSPECT_DIGITS = re.compile(r"\d{6}[-+]?\d{4}")
# Trace ids and UUIDs hold runs of digits that look like a civic number; whoever follows a trace needs them whole.
_OPAQUE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CIVIC_NUMBER = re.compile(r"(?<!\d)(?:19|20)?\d{6}[-+]?\d{4}(?!\d)")


def redact(key: str, value: Any) -> Any:
    """`value` as it may stand in a log under `key`."""
    if _is_sensitive(key):
        return REDACTED
    if isinstance(value, str):  # first, since to ask whether something is a mapping costs more than all this
        return _without_secrets(value) if _is_suspect(value) else value
    if isinstance(value, Mapping):
        return {str(k): redact(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redact("", item) for item in value]
    return value


def _without_secrets(value: str) -> str:
    if _OPAQUE_ID.fullmatch(value):
        return value
    return _CIVIC_NUMBER.sub(REDACTED, _URL_PASSWORD.sub(REDACTED, _BEARER.sub(REDACTED, value)))


def _is_suspect(value: str) -> bool:
    lowered = value.lower()
    return any(map(lowered.__contains__, _SUSPECT_WORDS)) or _SUSPECT_DIGITS.search(value) is not None


@lru_cache(maxsize=1024)  # there are few names, and each line of each request has nine of them
def _is_sensitive(key: str) -> bool:
    return _SENSITIVE.search(key) is not None and key not in ("logger_name", "event_name")


def _redact_event(_: Any, __: str, event: Any) -> Any:
    return {key: redact(key, value) for key, value in event.items()}


class _RedactingFormatter(logging.Formatter):
    """Lines of libraries get the same shape and the same redaction; tracebacks lose their messages."""

    def format(self, record: logging.LogRecord) -> str:
        event = {"event": _said(record), "level": record.levelname.lower(), "logger": record.name}
        if record.exc_info and record.exc_info[0]:
            event["error"] = record.exc_info[0].__name__
        return _written(_redact_event(None, "", event))


def _said(record: logging.LogRecord) -> str:
    """What a library says; of asyncio and of warnings the first words alone, since the rest repeats values: a task's
    exception with its text, the source line that surprised somebody."""
    said = record.getMessage()
    if record.name == "asyncio":
        return said.partition("\n")[0]
    if record.name == "py.warnings":
        return ":".join(said.split(":")[:3]).strip()
    return said


def _written(event: Any, **_: Any) -> str:
    try:
        return orjson.dumps(event, default=repr, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()
    except TypeError:  # half a surrogate pair, a number of more than 64 bits: a line must not fail whatever it says
        return json.dumps(event, default=repr)


def configure_logging(service: str, level: int = logging.INFO) -> None:
    """Log JSON lines to standard error; call once per process. In a process of several services the context says which
    of them speaks (`structlog.contextvars`), and `service` names the process where none does."""

    def add_service(_: Any, __: str, event: Any) -> Any:
        event.setdefault("service", service)
        return event

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_service,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact_event,
            structlog.processors.JSONRenderer(serializer=_written),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # asked at each line: the stream may be replaced
        cache_logger_on_first_use=False,
    )
    # Warnings are plain lines that no redaction sees, and those of pydantic quote the value that surprised it.
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter())
    logging.captureWarnings(capture=True)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "uvicorn.access", "arq.worker"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
